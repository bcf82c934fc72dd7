import { z } from 'zod';

/** For the document only: the routes read tolerantly and pass unknown fields on. */
const message = z.looseObject({ role: z.enum(['system', 'user', 'assistant', 'tool']), content: z.string() });

export const OllamaChatRequest = z
	.looseObject({
		model: z.string().meta({ examples: ['echo'] }),
		messages: z.array(message).meta({ examples: [[{ role: 'user', content: 'Hello' }]] }),
		stream: z.boolean().nullish(),
		options: z.looseObject({ num_predict: z.int().optional(), temperature: z.number().optional() }).nullish(),
	})
	.meta({ id: 'OllamaChatRequest' });

export const OllamaChat = z
	.looseObject({
		model: z.string(),
		created_at: z.string(),
		message,
		done: z.boolean(),
		done_reason: z.string().optional(),
		prompt_eval_count: z.int().optional(),
		eval_count: z.int().optional(),
	})
	.meta({ id: 'OllamaChat' });

export const OllamaEmbedRequest = z
	.looseObject({
		model: z.string().meta({ examples: ['echo'] }),
		input: z.union([z.string(), z.array(z.string())]).meta({ examples: ['Hello'] }),
		dimensions: z.int().positive().nullish(),
	})
	.meta({ id: 'OllamaEmbedRequest' });

export const OllamaEmbed = z
	.looseObject({ model: z.string(), embeddings: z.array(z.array(z.number())) })
	.meta({ id: 'OllamaEmbed' });

export const OllamaTags = z
	.looseObject({
		models: z.array(
			z.looseObject({
				name: z.string(),
				model: z.string(),
				modified_at: z.string(),
				size: z.int(),
				digest: z.string(),
			}),
		),
	})
	.meta({ id: 'OllamaTags' });

export const OllamaVersion = z.looseObject({ version: z.string() }).meta({ id: 'OllamaVersion' });
