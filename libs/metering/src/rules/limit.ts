import { AppError, type FieldProblem } from '#libs/kernel';
import type { RuleRecord, RuleTarget } from './attachment.js';

/** What is counted. */
export const limitMetrics = ['requests', 'input_tokens', 'output_tokens', 'total_tokens', 'concurrency'] as const;
export type LimitMetric = (typeof limitMetrics)[number];

/** How far back it is counted. */
export const limitWindows = ['minute', 'hour', 'day'] as const;
export type LimitWindow = (typeof limitWindows)[number];

/** What is counted, how far back, and how much of it there may be. */
export interface LimitTerms {
	readonly metric: LimitMetric;
	/** `null` exactly for `concurrency`: calls that run at the same time. */
	readonly window: LimitWindow | null;
	/** 0: none at all. */
	readonly max: number;
}

/** A limit as people see it. */
export interface LimitRecord extends RuleRecord, LimitTerms {}

export interface LimitInput extends RuleTarget, LimitTerms {
	readonly reason: string | null;
	readonly expiresAt: Date | null;
}

/** What can be changed; where it counts and what, stays. */
export type LimitChange = { readonly [Field in 'max' | 'reason' | 'expiresAt']?: LimitInput[Field] | undefined };

/** A limit of a template: whoever has the role has it for themselves. */
export type TemplateLimit = LimitTerms & Pick<RuleTarget, 'dialect' | 'model'>;

/** What the window has to do with the metric, told by fields. @throws AppError invalid `validation_failed` */
export function demandTerms(
	terms: readonly Pick<LimitTerms, 'metric' | 'window'>[],
	field: (at: number) => string,
): void {
	const details = terms.flatMap(({ metric, window }, at): FieldProblem[] => {
		if ((metric === 'concurrency') === (window === null)) return [];
		const message = metric === 'concurrency' ? 'is not for concurrency' : 'is needed';
		return [{ field: field(at), code: 'invalid', message }];
	});
	if (details.length > 0) throw new AppError('invalid', 'validation_failed', 'The limit is not valid', { details });
}
