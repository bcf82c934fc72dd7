import { Injectable } from '@nestjs/common';
import { Metrics } from './metrics.js';

const limiters = ['requests', 'input_tokens', 'output_tokens', 'total_tokens', 'concurrency', 'budget'] as const;
const decisions = ['allowed', 'refused', 'degraded'] as const;
const subjects = ['organization', 'project', 'user', 'key'] as const;

/** What stood against a call, or might have. */
export type Limiter = (typeof limiters)[number];
/** `degraded`: admitted or refused on this process's or PostgreSQL's word, Redis being away. */
export type LimiterDecision = (typeof decisions)[number];
/** Whose budget it was. Never which one: that would be a label per customer. */
export type BudgetSubject = (typeof subjects)[number];

const NANO = 1e9;

/** What limits and budgets decide, as metrics. Counting costs two look-ups and an addition. */
@Injectable()
export class LimiterMetrics {
	private readonly decisions;
	private readonly refusals;
	private readonly drift;

	constructor(metrics: Metrics) {
		this.decisions = metrics.hotCounter('parallama_limiter_decisions_total', 'What limits and budgets decided', [
			'limiter',
			'decision',
		]);
		this.refusals = metrics.hotCounter('parallama_budget_refusals_total', 'Calls refused because a budget is spent', [
			'subject',
		]);
		// a rate needs the zero before the first
		for (const limiter of limiters) for (const decision of decisions) this.decisions.of(limiter, decision);
		for (const subject of subjects) this.refusals.of(subject);
		this.drift = metrics.gauge(
			'parallama_budget_drift_usd',
			'How far counters of budgets in Redis were from PostgreSQL, at most, when they were compared last',
		);
	}

	/** Once per call and limiter that bound it. */
	decided(limiter: Limiter, decision: LimiterDecision): void {
		this.decisions.of(limiter, decision).add();
	}

	/** Besides `decided('budget', 'refused')`. */
	budgetRefused(subject: BudgetSubject): void {
		this.refusals.of(subject).add();
	}

	/** The largest difference of a comparison that has just been made, in nano-USD, without its sign. */
	budgetsCompared(largestNanoUsd: bigint): void {
		this.drift.set(Number(largestNanoUsd) / NANO);
	}
}
