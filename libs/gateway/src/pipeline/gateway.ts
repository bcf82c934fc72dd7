import { Injectable } from '@nestjs/common';
import type { Quota } from '#libs/kernel';
import { CallLedger } from '#libs/metering';
import { ModelCatalogue, type Plan } from '#libs/providers';
import { callStart } from './call-start.js';
import { CallRun } from './call-run.js';
import type { CallInHand, Downstream, InboundCall } from './inbound-call.js';
import { allowedPlan, demandModel } from './model-access.js';
import { RunParts } from './run-parts.js';

/**
 * The pipeline of every call: route, policies, one script, upstream, pump, ledger. In steady state nothing in it waits but
 * for Redis and the upstream.
 */
@Injectable()
export class Gateway {
	constructor(
		private readonly catalogue: ModelCatalogue,
		private readonly ledger: CallLedger,
		private readonly parts: RunParts,
	) {}

	/**
	 * Resolves once the upstream is asked; from then on `down` gets the answer or the error.
	 * @throws AppError for everything that is refused before; nothing was sent to `down` then.
	 */
	async handle(call: InboundCall, down: Downstream): Promise<CallInHand> {
		try {
			const found = this.planOf(call);
			const plan = found instanceof Promise ? await found : found;
			const waiting = this.parts.policies.before(call, plan);
			if (waiting !== undefined) await waiting;
			const run = new CallRun(this.parts, call, plan, down);
			await run.start(this.ledger);
			return run;
		} catch (error) {
			this.parts.metrics.refused(call.operation, error);
			throw error;
		}
	}

	/**
	 * Counts a request about a model that is no call: it is one of its caller's requests, and uses no tokens. Resolves with what
	 * is left of the limits.
	 * @throws AppError as `planOf`; throttled; unauthenticated `stale_credential`
	 */
	async count(call: InboundCall): Promise<readonly Quota[]> {
		const plan = await this.planOf(call);
		const start = callStart(call, plan.candidates[0], plan);
		return this.ledger.count({ ...start, reservedInputTokens: 0, reservedOutputTokens: 0 });
	}

	/**
	 * Where a call may go; at once when its name is known.
	 * @throws AppError denied `dialect_not_allowed`; missing `model_not_found`; unavailable
	 */
	planOf(call: InboundCall): Plan | Promise<Plan> {
		demandModel(call);
		const found = this.catalogue.resolve(call.principal.organizationId, call.alias);
		return found instanceof Promise ? found.then((plan) => allowedPlan(call, plan)) : allowedPlan(call, found);
	}
}
