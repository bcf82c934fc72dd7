import { AppError, type Quota } from '#libs/kernel';
import type { EffectiveLimit } from '../rules/precedence.js';
import { type Admission, NEVER } from '../lease-scripts.js';
import { type CallMeters, STEPS, windowMsOf } from './meters.js';

/** The place of the first meter in the admission script's answer. */
const FIRST = 5;

/** What is left of limits, when `used` tells what is used of each: windows first, then gauges. */
export const quotasOf = ({ windows, gauges }: CallMeters, used: readonly number[]): Quota[] =>
	[...windows, ...gauges].map(({ limit }, at) => quotaOf(limit, used[at] ?? 0));

/** What the script says of them. */
export const quotasIn = (meters: CallMeters, answer: Admission): Quota[] => quotasOf(meters, answer.slice(FIRST));

function quotaOf(limit: EffectiveLimit, used: number): Quota {
	const windowMs = windowMsOf(limit);
	return {
		scope: limit.model === null ? limit.attachment : 'model',
		metric: limit.metric,
		limit: limit.max,
		remaining: Math.max(0, limit.max - used),
		resetMs: used > 0 ? windowMs + windowMs / STEPS : 0, // the newest step leaves last
		windowMs,
	};
}

const nouns: Readonly<Record<EffectiveLimit['metric'], string>> = {
	requests: 'requests',
	input_tokens: 'input tokens',
	output_tokens: 'output tokens',
	total_tokens: 'tokens',
	concurrency: 'calls at the same time',
};

/** The refusal by the meter at `by` (0: the first). `waitMs`: until it would not refuse any more, or `NEVER`. */
export function limitReached(meters: CallMeters, by: number, waitMs: number, used: readonly number[]): AppError {
	const limit = [...meters.windows, ...meters.gauges][by]?.limit as EffectiveLimit;
	const all = quotasOf(meters, used);
	const quotas = [...all.slice(by, by + 1), ...all.toSpliced(by, 1)];
	const what = `${limit.max} ${nouns[limit.metric]}${limit.window === null ? '' : ` per ${limit.window}`}`;
	const whose = `${limit.attachment}${limit.model === null ? '' : ` and the models ${limit.model}`}`;
	if (waitMs === NEVER)
		return new AppError(
			'throttled',
			'request_above_limit',
			`This call alone is above the limit of ${what} of the ${whose}`,
			{
				quotas,
			},
		);
	const message = `The limit of ${what} of the ${whose} is reached`;
	return new AppError('throttled', 'rate_limit_exceeded', message, { quotas, retryAfterMs: waitMs });
}

/** What the script refuses. */
export const refusalIn = (meters: CallMeters, answer: Admission): AppError =>
	limitReached(meters, (answer[3] ?? 1) - 1, answer[4] ?? 0, answer.slice(FIRST));
