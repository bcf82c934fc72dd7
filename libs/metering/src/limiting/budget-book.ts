import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { AppError, newId, systemScope } from '#libs/kernel';
import { organizationKey } from '#libs/redis';
import { microUsd } from '../prices/cost.js';
import { BudgetSpending } from '../rules/budget-spending.js';
import { LimiterMetrics } from '#libs/telemetry';
import type { ZonedBudget } from '../rules/rule-book.js';
import type { BudgetCounter, Claim } from './meters.js';

const THOUSAND = 1_000n;
/** How long what PostgreSQL said decides while Redis is away. */
const FRESH_MS = 250;

/** What is spent of a budget in the period that PostgreSQL's clock says is running. */
export interface Spent {
	readonly counter: BudgetCounter;
	readonly spentMicroUsd: number;
}

interface Reading {
	readonly at: number;
	isDone: boolean;
	readonly result: Promise<Spent>;
}

/** Budgets with their running periods, and what the ledger says is spent of them. */
@Injectable()
export class BudgetBook {
	private readonly counters = new WeakMap<ZonedBudget, BudgetCounter>();
	private readonly readings = new WeakMap<ZonedBudget, Reading>();
	/** By key: those that Redis is being told of. */
	private readonly warming = new Map<string, Promise<void>>();
	/** By key: micro-USD of calls of this process that Redis knows nothing of and the ledger does not have yet. */
	private readonly alone = new Map<string, number>();

	constructor(
		private readonly work: UnitOfWork,
		private readonly spending: BudgetSpending,
		private readonly metrics: LimiterMetrics,
	) {}

	/**
	 * The running periods at `nowMs`; at once when they are known.
	 * @throws AppError unavailable `database_unavailable`
	 */
	of(budgets: readonly ZonedBudget[], organizationId: string, nowMs: number): Counters | Promise<Counters> {
		const known: BudgetCounter[] = [];
		for (const budget of budgets) {
			const counter = this.counters.get(budget);
			if (counter === undefined || (counter.endsAt > 0 && nowMs >= counter.endsAt))
				return this.readAll(budgets, organizationId);
			known.push(counter);
		}
		return known;
	}

	/**
	 * What is spent, by one reader for all who ask at the same time; `freshMs`: how old it may be.
	 * @throws AppError unavailable `database_unavailable`
	 */
	read(budget: ZonedBudget, organizationId: string, freshMs = 0): Promise<Spent> {
		const last = this.readings.get(budget);
		if (last !== undefined && (!last.isDone || performance.now() - last.at < freshMs)) return last.result;
		const reading = { at: performance.now(), isDone: false, result: this.readNow(budget, organizationId) };
		this.readings.set(budget, reading);
		reading.result.then(
			() => {
				reading.isDone = true;
			},
			() => this.readings.delete(budget),
		);
		return reading.result;
	}

	/** Has `tell` tell what is spent of each, once for all who ask at the same time. @throws AppError unavailable `database_unavailable` */
	async warm(
		counters: readonly BudgetCounter[],
		organizationId: string,
		tell: (counter: BudgetCounter, spentMicroUsd: number) => Promise<void>,
	): Promise<void> {
		await Promise.all(
			counters.map(({ budget, key }) => {
				const running =
					this.warming.get(key) ??
					this.read(budget, organizationId)
						.then(({ counter, spentMicroUsd }) => tell(counter, spentMicroUsd))
						.finally(() => this.warming.delete(key));
				this.warming.set(key, running);
				return running;
			}),
		);
	}

	/**
	 * Decides without Redis, by the ledger and by what this process has let through since. Returns what to call when the row of
	 * the call is in the ledger.
	 * @throws AppError exhausted; unavailable `database_unavailable`
	 */
	async takeAlone({ budgets, cost }: Claim, organizationId: string): Promise<() => void> {
		const all = await Promise.all(budgets.map(({ budget }) => this.read(budget, organizationId, FRESH_MS)));
		for (const { counter, spentMicroUsd } of all)
			if (cost > 0 && spentMicroUsd + this.heldAlone(counter) + cost > counter.amountMicroUsd) {
				this.metrics.budgetRefused(counter.budget.attachment);
				throw budgetSpent(counter.budget);
			}
		for (const { counter } of all) this.alone.set(counter.key, this.heldAlone(counter) + cost);
		return () => {
			for (const { counter } of all) this.giveBack(counter.key, cost);
		};
	}

	private heldAlone({ key }: BudgetCounter): number {
		return this.alone.get(key) ?? 0;
	}

	private giveBack(key: string, cost: number): void {
		const left = (this.alone.get(key) ?? 0) - cost;
		if (left > 0) this.alone.set(key, left);
		else this.alone.delete(key);
	}

	private async readAll(budgets: readonly ZonedBudget[], organizationId: string): Promise<Counters> {
		const all = await Promise.all(budgets.map((budget) => this.read(budget, organizationId)));
		return all.map(({ counter }) => counter);
	}

	private async readNow(budget: ZonedBudget, organizationId: string): Promise<Spent> {
		try {
			const [state] = await this.work.run(systemScope(organizationId, 'budget-book', newId()), (tenant) =>
				this.spending.of(tenant, [budget]),
			);
			if (state === undefined) throw new AppError('unavailable', 'rules_changed', 'A budget was just removed', soon);
			const startsAt = state.startsAt.getTime();
			const counter = Object.freeze({
				budget,
				key: organizationKey(organizationId, `budget:${budget.id}:${startsAt}`),
				startsAt,
				endsAt: state.endsAt?.getTime() ?? 0,
				amountMicroUsd: Number(BigInt(budget.amountNanoUsd) / THOUSAND),
			});
			this.counters.set(budget, counter);
			return { counter, spentMicroUsd: microUsd(BigInt(state.spentNanoUsd)) };
		} catch (error) {
			if (error instanceof AppError) throw error;
			throw new AppError('unavailable', 'database_unavailable', 'Budgets cannot be read now', {
				...soon,
				cause: error,
			});
		}
	}
}

type Counters = readonly BudgetCounter[];
const soon = { retryAfterMs: 1_000 };

/** Waiting does not help, so that clients do not try again. */
export function budgetSpent({ period, attachment, model }: ZonedBudget): AppError {
	const whose = `${attachment}${model === null ? '' : ` and the models ${model}`}`;
	const message = `What is left of the ${period === 'lifetime' ? '' : `${period}'s `}budget of the ${whose} is less than this call can cost`;
	return new AppError('exhausted', 'budget_exceeded', message);
}
