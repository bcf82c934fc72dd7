import { z } from 'zod';

const dialectName = z.enum(['openai', 'anthropic', 'ollama']);

export const Discovery = z
	.object({
		name: z.string(),
		version: z.string(),
		dialects: z.array(
			z.object({
				name: dialectName,
				basePaths: z.array(z.string()).meta({ description: 'What to configure as the base URL, after the origin' }),
				endpoints: z.array(z.string()).meta({ examples: [['POST /openai/v1/chat/completions']] }),
			}),
		),
		features: z.array(z.object({ name: z.string(), endpoints: z.array(z.string()) })),
		docs: z.string(),
		openapi: z.string(),
		health: z.string(),
		status: z.string(),
	})
	.meta({ id: 'Discovery' });
export type Discovery = z.output<typeof Discovery>;

const upOrDown = z.enum(['up', 'down']);

export const Status = z
	.object({
		status: upOrDown,
		dialects: z.array(z.object({ name: dialectName, status: upOrDown })),
		providers: z
			.array(
				z.object({
					id: z.uuid().lowercase(),
					name: z.string(),
					kind: z.string(),
					status: upOrDown,
					latencyMs: z.number().nullable().meta({ description: 'Of the last time its models were listed' }),
					requestsPerSecond: z.number().meta({ description: 'Calls sent to it by this process, over the last minute' }),
				}),
			)
			.optional()
			.meta({ description: 'For holders of providers:read' }),
	})
	.meta({ id: 'Status' });
export type Status = z.output<typeof Status>;
