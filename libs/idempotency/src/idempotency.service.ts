import { Injectable } from '@nestjs/common';
import { Config } from '#libs/config';
import { UnitOfWork, type TenantScope } from '#libs/database';
import { AppError, Sealer, type Scope } from '#libs/kernel';
import { type Answer, type IdempotentRequest, identify, type RequestIdentity } from './idempotency.js';
import { IdempotencyRepository } from './persistence/idempotency.repository.js';
import { answerContext } from './sealed-answers.js';

export interface IdempotentAnswer {
	readonly answer: Answer;
	/** It was stored by an earlier request; the work was not done again. */
	readonly isReplay: boolean;
}

/**
 * Runs work at most once per key: effect and stored answer commit together, so a crash or a failure leaves neither and the
 * same request may simply be sent again.
 */
@Injectable()
export class Idempotency {
	private readonly sealer: Sealer;

	constructor(
		config: Config,
		private readonly unitOfWork: UnitOfWork,
		private readonly repository: IdempotencyRepository,
	) {
		this.sealer = new Sealer(config.secrets.ENCRYPTION_KEY ?? []);
	}

	/**
	 * `work` gets the scope of the transaction that it must use; its failure is passed on and nothing is stored.
	 * @throws AppError conflict `idempotency_in_flight`; invalid `idempotency_mismatch` for another request with the same key
	 */
	async once(
		scope: Scope,
		request: IdempotentRequest,
		work: (scope: TenantScope) => Promise<Answer>,
	): Promise<IdempotentAnswer> {
		const identity = identify(scope, request);
		return this.unitOfWork.run(scope, async (tenant) => {
			if (!(await this.repository.lock(tenant, identity))) throw inFlight();
			const stored = await this.repository.find(tenant, identity);
			if (stored !== undefined) {
				if (!stored.fingerprint.equals(identity.fingerprint)) throw mismatch();
				const body = this.sealer.open(stored.responseSealed, contextOf(tenant, identity));
				return { answer: { status: stored.statusCode, body }, isReplay: true };
			}
			const answer = await work(tenant);
			await this.repository.insert(tenant, identity, {
				statusCode: answer.status,
				responseSealed: this.sealer.seal(answer.body, contextOf(tenant, identity)),
			});
			return { answer, isReplay: false };
		});
	}

	/** Deletes the organization's answers that are past their 24 hours; returns how many. */
	purge(scope: Scope): Promise<number> {
		return this.unitOfWork.run(scope, (tenant) => this.repository.deleteExpired(tenant));
	}
}

const RETRY_MS = 1_000;
const inFlight = (): AppError =>
	new AppError('conflict', 'idempotency_in_flight', 'A request with this Idempotency-Key is being worked on', {
		retryAfterMs: RETRY_MS,
	});
const mismatch = (): AppError =>
	new AppError('invalid', 'idempotency_mismatch', 'This Idempotency-Key was used with a different request');
const contextOf = ({ organizationId }: Scope, { principal, route, key }: RequestIdentity): string =>
	answerContext([organizationId, principal, route, key]);
