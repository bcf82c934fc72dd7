import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { missing, type Scope } from '#libs/kernel';
import { ReratingsRepository } from '../persistence/reratings.repository.js';
import { UsageLedger } from '../persistence/usage-ledger.js';
import { PriceBook } from './price-book.js';
import { correctionOf, type ReratedModel, type Rerating } from './rerating.js';

const CALLS_AT_ONCE = 1_000;
const DAY_MS = 86_400_000;

/**
 * Charges the calls of a period anew, by the prices of today's book for the moment of each call, and appends the differences
 * as corrections. Idempotent, and may be cut off anywhere: what was appended is found and not appended again.
 */
@Injectable()
export class Rerater {
	constructor(
		private readonly work: UnitOfWork,
		private readonly reratings: ReratingsRepository,
		private readonly ledger: UsageLedger,
		private readonly book: PriceBook,
	) {}

	/** @throws AppError missing */
	async run(scope: Scope, id: string): Promise<void> {
		const rerating = await this.work.run(scope, (tenant) => this.reratings.find(tenant, id));
		if (rerating === undefined) throw missing('The rerating');
		if (rerating.finishedAt !== null) return;
		const prices = await this.book.readNow(scope.organizationId);
		const models = new Map<string, ReratedModel>();
		for (const day of daysOf(rerating)) {
			const { from, to } = rerating;
			for (let after: string | undefined; ; ) {
				const place = { day, from, to, after, limit: CALLS_AT_ONCE };
				const calls = await this.work.run(scope, (tenant) => this.reratings.calls(tenant, place));
				await this.ledger.append(
					calls.map((call) => correctionOf(call, prices, id)).filter((row) => row !== undefined),
				);
				if (calls.length < CALLS_AT_ONCE) break;
				after = calls.at(-1)?.eventId;
			}
			const outcome = await this.work.run(scope, (tenant) => this.reratings.outcome(tenant, id, { day, from, to }));
			for (const part of outcome) models.set(part.model, added(models.get(part.model), part));
		}
		const report = [...models.values()].toSorted((a, b) => (a.model < b.model ? -1 : 1));
		await this.work.run(scope, (tenant) => this.reratings.finish(tenant, id, report));
	}
}

function* daysOf({ from, to }: Pick<Rerating, 'from' | 'to'>): Generator<string> {
	for (let day = Math.floor(from.getTime() / DAY_MS) * DAY_MS; day < to.getTime(); day += DAY_MS)
		yield new Date(day).toISOString().slice(0, 10);
}

const sum = (a: string, b: string): string => String(BigInt(a) + BigInt(b));

const added = (sofar: ReratedModel | undefined, part: ReratedModel): ReratedModel =>
	sofar === undefined
		? part
		: {
				model: part.model,
				calls: sofar.calls + part.calls,
				corrected: sofar.corrected + part.corrected,
				beforeNanoUsd: sum(sofar.beforeNanoUsd, part.beforeNanoUsd),
				afterNanoUsd: sum(sofar.afterNanoUsd, part.afterNanoUsd),
			};
