import { z } from 'zod';
import { capabilities, providerKinds, routingPolicies } from '#libs/providers';
import { listOf } from '../edge/responds.decorator.js';

const provider = z.object({ id: z.uuid().lowercase(), name: z.string(), kind: z.enum(providerKinds) });
const unknownIfNull = '; null: the upstream does not say';

export const Model = z
	.object({
		id: z.string().meta({ description: 'What callers send as `model`', examples: ['llama3.2:3b'] }),
		type: z.enum(['model', 'alias']),
		displayName: z.string().nullable(),
		provider: provider.nullable().meta({ description: 'null for an alias' }),
		isDefault: z.boolean().meta({
			description: 'Whether `id` alone leads here; `provider/model` always does, with the name of the provider',
		}),
		isUp: z.boolean().meta({ description: 'Whether its provider, or one of them, answered when it was asked last' }),
		capabilities: z
			.array(z.enum(capabilities))
			.nullable()
			.meta({ description: `What it can do${unknownIfNull}` }),
		contextWindow: z
			.int()
			.nullable()
			.meta({ description: `Tokens${unknownIfNull}` }),
		maxOutput: z
			.int()
			.nullable()
			.meta({ description: `Tokens${unknownIfNull}` }),
		inputModalities: z
			.array(z.string())
			.nullable()
			.meta({ examples: [['text', 'image']] }),
		outputModalities: z.array(z.string()).nullable(),
		aliases: z.array(z.string()).meta({ description: 'Aliases that have it as a target' }),
		policy: z.enum(routingPolicies).nullable().meta({ description: 'Of an alias' }),
		targets: z
			.array(z.object({ provider, model: z.string() }))
			.meta({ description: 'Of an alias: those that can be called' }),
	})
	.meta({ id: 'Model' });
export type Model = z.output<typeof Model>;

export const ModelList = listOf(Model).meta({ id: 'ModelList' });

export const RefreshedModels = z
	.object({
		providers: z.array(
			provider.extend({
				isUp: z.boolean(),
				error: z.string().nullable().meta({ description: 'Code of what went wrong' }),
				modelCount: z.int(),
			}),
		),
	})
	.meta({ id: 'RefreshedModels' });
export type RefreshedModels = z.output<typeof RefreshedModels>;

export const ModelName = z.string().min(1).max(400);

export const RouteQuestion = z
	.strictObject({
		model: ModelName.meta({ description: 'As a caller would send it', examples: ['fast'] }),
		request: z
			.record(z.string(), z.unknown())
			.default({})
			.meta({ description: 'What the call would send besides; the policy `sticky` reads it' }),
	})
	.meta({ id: 'RouteQuestion' });
export type RouteQuestion = z.output<typeof RouteQuestion>;

export const RoutePreview = z
	.object({
		model: z.string(),
		isAlias: z.boolean(),
		policy: z.enum(routingPolicies),
		candidates: z
			.array(
				z.object({
					provider: z.string(),
					providerId: z.uuid().lowercase(),
					model: z.string(),
					weight: z.number(),
					priority: z.int(),
					state: z.enum(['ready', 'failing', 'busy']).meta({ description: '`failing` and `busy` are passed over' }),
					reason: z.string().optional().meta({ description: 'Code of the error that made it `failing`' }),
					inFlight: z.int().meta({ description: 'Calls of this replica under way there' }),
					latencyMs: z.number().optional().meta({ description: 'To the first byte, a moving average' }),
					isLoaded: z
						.boolean()
						.optional()
						.meta({ description: 'Whether the node has the model in memory, where it says' }),
				}),
			)
			.meta({ description: 'In the order in which a call would try them' }),
	})
	.meta({ id: 'RoutePreview' });
