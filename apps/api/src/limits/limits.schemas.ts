import { z } from 'zod';
import { limitMetrics, limitWindows } from '#libs/metering';
import { listOf } from '../edge/responds.decorator.js';
import { changedRule, id, newRule, newTarget, shownRule, shownTarget } from './rules.schemas.js';

const metric = z.enum(limitMetrics);
const window = z
	.enum(limitWindows)
	.nullable()
	.meta({ description: 'How far back it is counted, sliding; `null` exactly for `concurrency`' });
const max = z
	.int()
	.min(0)
	.max(Number.MAX_SAFE_INTEGER)
	.meta({ description: 'How much there may be; 0: none at all', examples: [600] });

export const CreateLimit = z.strictObject({ ...newRule, metric, window: window.default(null), max }).meta({
	id: 'CreateLimit',
	examples: [{ attachment: 'organization', metric: 'requests', window: 'minute', max: 600 }],
});
export type CreateLimit = z.output<typeof CreateLimit>;

export const UpdateLimit = z.strictObject({ max: max.optional(), ...changedRule }).meta({ id: 'UpdateLimit' });
export type UpdateLimit = z.output<typeof UpdateLimit>;

export const Limit = z.object({ ...shownRule, metric, window, max: z.int() }).meta({ id: 'Limit' });
export const LimitList = listOf(Limit).meta({ id: 'LimitList' });

const terms = { metric, window, max: z.int() };

export const LimitTemplate = z
	.object({
		roleId: id,
		roleName: z.string(),
		isBuiltIn: z.boolean(),
		source: z
			.enum(['default', 'organization', 'none'])
			.meta({ description: "The installation's, the organization's own, or none" }),
		limits: z.array(z.object({ ...shownTarget, ...terms }).meta({ id: 'TemplateLimit' })),
	})
	.meta({ id: 'LimitTemplate' });

export const LimitTemplateList = z
	.object({ items: z.array(LimitTemplate), nextCursor: z.null() })
	.meta({ id: 'LimitTemplateList' });

export const PutLimitTemplate = z
	.strictObject({
		limits: z
			.array(z.strictObject({ ...newTarget, metric, window: window.default(null), max }))
			.max(50)
			.meta({ description: 'All there are for this role; an empty list: no limits' }),
	})
	.meta({ id: 'PutLimitTemplate' });
export type PutLimitTemplate = z.output<typeof PutLimitTemplate>;
