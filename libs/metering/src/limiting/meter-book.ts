import { Injectable } from '@nestjs/common';
import { Config } from '#libs/config';
import { AppError } from '#libs/kernel';
import { ServerClock } from '#libs/redis';
import type { CallStart } from '../call.js';
import { maximalCostOf, microUsd, UNPRICED } from '../prices/cost.js';
import type { PriceSet } from '../prices/price-set.js';
import type { BindingRules } from '../rules/rule-book.js';
import { RuleDirectory } from '../rules/rule-directory.js';
import { BudgetBook } from './budget-book.js';
import { type CallMeters, type Claim, metersOf } from './meters.js';

interface Known {
	meters?: CallMeters;
	readonly next: WeakMap<BindingRules, Known>;
}

/** What calls cost; `undefined`: that cannot be read now. */
export interface Money {
	readonly prices: PriceSet | undefined;
}

/** What a call is measured by: every limit and budget that binds it whichever of its candidates answers. */
@Injectable()
export class MeterBook {
	private readonly known = new WeakMap<BindingRules, Known>();
	private readonly longestMs: number;

	constructor(
		config: Config,
		private readonly rules: RuleDirectory,
		private readonly budgets: BudgetBook,
		private readonly clock: ServerClock,
	) {
		this.longestMs = config.upstreams.UPSTREAM_TOTAL_TIMEOUT_MS;
	}

	/**
	 * At once when everything is known; `undefined`: nothing binds it. Without `money` it costs nothing, so that no budget matters.
	 * @throws AppError unavailable; denied `model_without_price` under a budget
	 */
	of(start: CallStart, money: Money | undefined): Claim | undefined | Promise<Claim | undefined> {
		const { organizationId, dialect, alias, candidates } = start;
		const sets: BindingRules[] = [];
		for (const { model } of candidates) {
			const found = this.rules.of(organizationId, start, { dialect, alias, model });
			if (found instanceof Promise) return this.later(start, money);
			if (!sets.includes(found)) sets.push(found);
		}
		return this.claim(start, money, sets);
	}

	private async later(start: CallStart, money: Money | undefined): Promise<Claim | undefined> {
		const { organizationId, dialect, alias, candidates } = start;
		const sets = new Set<BindingRules>();
		for (const { model } of candidates) sets.add(await this.rules.of(organizationId, start, { dialect, alias, model }));
		return this.claim(start, money, [...sets]);
	}

	private claim(
		start: CallStart,
		money: Money | undefined,
		sets: readonly BindingRules[],
	): Claim | undefined | Promise<Claim> {
		if (sets.every(({ limits, budgets }) => limits.length + budgets.length === 0)) return undefined;
		const meters = this.metersOf(start.organizationId, sets);
		const claim = { meters, input: start.reservedInputTokens, output: start.reservedOutputTokens };
		if (meters.budgets.length === 0 || money === undefined) return { ...claim, budgets: [], cost: 0 };
		const nowMs = this.clock.now();
		const cost = this.costOf(start, money.prices, nowMs);
		const budgets = this.budgets.of(meters.budgets, start.organizationId, nowMs);
		if (!(budgets instanceof Promise)) return { ...claim, budgets, cost };
		return budgets.then((running) => ({ ...claim, budgets: running, cost }));
	}

	/** Micro-USD, at the dearest of the candidates. */
	private costOf(start: CallStart, prices: PriceSet | undefined, nowMs: number): number {
		if (prices === undefined)
			throw new AppError('unavailable', 'database_unavailable', 'Prices cannot be read now', { retryAfterMs: 1_000 });
		const { reservedInputTokens: inputTokens, reservedOutputTokens: outputTokens, reservedImages: images } = start;
		const estimate = { inputTokens, outputTokens, images, longestMs: this.longestMs };
		let most = 0n;
		for (const candidate of start.candidates) {
			const cost = maximalCostOf(prices.priceOf(candidate, nowMs), estimate);
			if (cost === UNPRICED) throw withoutPrice(candidate.model);
			if (cost > most) most = cost;
		}
		return microUsd(most);
	}

	/** The rules are the same objects as long as nothing has changed. */
	private metersOf(organizationId: string, sets: readonly BindingRules[]): CallMeters {
		let all = this.known;
		let found: Known | undefined;
		for (const set of sets) {
			found = all.get(set);
			if (found === undefined) {
				found = { next: new WeakMap() };
				all.set(set, found);
			}
			all = found.next;
		}
		const { meters = metersOf(organizationId, sets) } = found ?? {};
		if (found !== undefined) found.meters = meters;
		return meters;
	}
}

const withoutPrice = (model: string): AppError =>
	new AppError(
		'denied',
		'model_without_price',
		`The model ${model} has no price, so that no budget can tell what it costs`,
		{
			param: 'model',
		},
	);
