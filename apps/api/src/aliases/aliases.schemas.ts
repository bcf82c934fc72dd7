import { z } from 'zod';
import { routingPolicies, stickyKeys } from '#libs/providers';
import { listOf } from '../edge/responds.decorator.js';
import { timestamp } from '../edge/timestamp.js';

const target = z.strictObject({
	providerId: z.uuid().lowercase().meta({ description: "Of the organization's, or a shared one" }),
	model: z
		.string()
		.trim()
		.min(1)
		.max(256)
		.regex(/^\P{Cc}+$/u)
		.meta({ description: "The upstream's name of the model; it need not be listed" }),
	weight: z.int().min(0).max(1_000_000).default(1).meta({ description: 'Share of the calls under `weighted`' }),
	priority: z.int().min(0).max(1_000).default(0).meta({ description: 'The lowest is tried first under `priority`' }),
});

const name = z
	.string()
	.trim()
	.regex(/^[A-Za-z0-9][\w./:@-]{0,127}$/, 'must be 1 to 128 letters, digits or any of . _ / : @ -')
	.meta({ description: 'What callers send as `model`', examples: ['fast'] });
const policy = z.enum(routingPolicies);
const stickyBy = z.enum(stickyKeys).meta({ description: 'Under `sticky` only; by default `conversation`' });
const targets = z
	.array(target)
	.min(1)
	.max(20)
	.meta({ description: 'In the order of preference where nothing else decides' });
const defaultOutputCap = z
	.int()
	.min(1)
	.max(10_000_000)
	.nullable()
	.meta({ description: 'Output tokens that are reserved for a request without a cap; null: 4,096' });
const allowDroppedParams = z.boolean().meta({
	description:
		"Leave out what a target's protocol lacks and name it in x-parallama-dropped-params, instead of refusing",
});
const isShared = z
	.boolean()
	.meta({ description: 'With all organizations; can be set in the system organization only' });

export const CreateAlias = z
	.strictObject({
		name,
		policy: policy.default('priority'),
		stickyBy: stickyBy.optional(),
		targets,
		defaultOutputCap: defaultOutputCap.default(null),
		allowDroppedParams: allowDroppedParams.default(false),
		isEnabled: z.boolean().default(true),
		isShared: isShared.default(false),
	})
	.meta({ id: 'CreateAlias' });
export type CreateAlias = z.output<typeof CreateAlias>;

export const UpdateAlias = z
	.strictObject({
		name: name.optional(),
		policy: policy.optional(),
		stickyBy: stickyBy.optional(),
		targets: targets.optional(),
		defaultOutputCap: defaultOutputCap.optional(),
		allowDroppedParams: allowDroppedParams.optional(),
		isEnabled: z.boolean().optional(),
		isShared: isShared.optional(),
	})
	.meta({ id: 'UpdateAlias' });
export type UpdateAlias = z.output<typeof UpdateAlias>;

export const Alias = z
	.object({
		id: z.uuid().lowercase(),
		name: z.string(),
		policy,
		stickyBy: z.enum(stickyKeys).nullable(),
		targets: z.array(
			z.object({ providerId: z.uuid().lowercase(), model: z.string(), weight: z.int(), priority: z.int() }),
		),
		defaultOutputCap,
		allowDroppedParams: z.boolean(),
		isEnabled: z.boolean(),
		isShared: z.boolean(),
		createdAt: timestamp,
		updatedAt: timestamp,
	})
	.meta({ id: 'Alias' });

export const AliasList = listOf(Alias).meta({ id: 'AliasList' });

export const AliasId = z.uuid().lowercase();
