import { z } from 'zod';
import { attachments, limitMetrics, limitSources, limitWindows } from '#libs/metering';
import { listOf } from '../edge/responds.decorator.js';
import { timestamp } from '../edge/timestamp.js';
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

const own = {
	attachment: z.enum(attachments),
	attachmentId: id.nullable(),
	...shownTarget,
	...terms,
	source: z.enum(limitSources).meta({ description: "A role's template, a limit for good, or one that ends" }),
	expiresAt: timestamp.nullable(),
};

/** As somebody sees it whom it binds. */
export const OwnLimit = z.object(own).meta({ id: 'OwnLimit' });

const effective = {
	...own,
	limitId: id.nullable().meta({ description: '`null`: it stands in a template' }),
	reason: z.string().nullable(),
};

export const EffectiveLimits = z
	.object({
		templateRoleId: id.nullable().meta({ description: 'The role whose template counts' }),
		items: z
			.array(
				z.object({
					...effective,
					overrides: z
						.array(z.object(effective))
						.meta({ description: 'Others in the same place, which do not count for this one is stronger' }),
				}),
			)
			.meta({ description: 'All of them bind together' }),
	})
	.meta({ id: 'EffectiveLimits' });

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
