import { Injectable } from '@nestjs/common';
import { AppError } from '#libs/kernel';
import { type LimiterDecision, LimiterMetrics } from '#libs/telemetry';
import { ADMITTED, type Admission, LIMITED, SPENT } from '../lease-scripts.js';
import { budgetSpent } from './budget-book.js';
import type { Claim } from './meters.js';
import { refusalIn } from './quotas.js';

/** What was decided about calls: counted, and said to those who are refused. */
@Injectable()
export class Verdicts {
	constructor(private readonly metrics: LimiterMetrics) {}

	/** @throws AppError unless the script has admitted */
	demandAdmission(answer: Admission, claim: Claim | undefined): void {
		const [verdict] = answer;
		if (verdict === ADMITTED) {
			if (claim !== undefined) this.counted(claim, 'allowed');
			return;
		}
		const place = (answer[3] ?? 1) - 1;
		if (verdict === LIMITED && claim !== undefined) {
			const { windows, gauges } = claim.meters;
			const meter = windows[place] ?? gauges[place - windows.length];
			if (meter !== undefined) this.metrics.decided(meter.limit.metric, 'refused');
			throw refusalIn(claim.meters, answer);
		}
		const spent = verdict === SPENT ? claim?.budgets[place] : undefined;
		if (spent !== undefined) {
			this.metrics.decided('budget', 'refused');
			this.metrics.budgetRefused(spent.budget.attachment);
			throw budgetSpent(spent.budget);
		}
		throw new AppError('unauthenticated', 'stale_credential', 'The credential is no longer valid');
	}

	/** Redis does not decide about this one. */
	withoutRedis(claim: Claim): void {
		this.counted(claim, 'degraded');
	}

	private counted({ meters, budgets }: Claim, decision: LimiterDecision): void {
		for (const metric of meters.metrics) this.metrics.decided(metric, decision);
		if (budgets.length > 0) this.metrics.decided('budget', decision);
	}
}
