import { z } from 'zod';

/** For the document only: the routes read tolerantly and pass unknown fields on. */
const message = z.looseObject({
	role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
	content: z.union([z.string(), z.array(z.looseObject({ type: z.string() }))]).nullish(),
});

export const OpenAiChatRequest = z
	.looseObject({
		model: z.string().meta({ examples: ['echo'] }),
		messages: z.array(message).meta({ examples: [[{ role: 'user', content: 'Hello' }]] }),
		stream: z.boolean().nullish(),
		stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
		max_completion_tokens: z.int().positive().nullish(),
		temperature: z.number().min(0).max(2).nullish(),
		tools: z.array(z.looseObject({ type: z.string() })).nullish(),
	})
	.meta({ id: 'OpenAiChatRequest' });

const usage = z.looseObject({ prompt_tokens: z.int(), completion_tokens: z.int().optional(), total_tokens: z.int() });

export const OpenAiChatCompletion = z
	.looseObject({
		id: z.string(),
		object: z.literal('chat.completion'),
		created: z.int(),
		model: z.string(),
		choices: z.array(
			z.looseObject({
				index: z.int(),
				message: z.looseObject({ role: z.literal('assistant'), content: z.string().nullable() }),
				finish_reason: z.string(),
			}),
		),
		usage: usage.optional(),
	})
	.meta({ id: 'OpenAiChatCompletion' });

export const OpenAiEmbeddingsRequest = z
	.looseObject({
		model: z.string().meta({ examples: ['echo'] }),
		input: z
			.union([z.string(), z.array(z.string()), z.array(z.int()), z.array(z.array(z.int()))])
			.meta({ examples: ['Hello'] }),
		encoding_format: z.enum(['float', 'base64']).nullish(),
		dimensions: z.int().positive().nullish(),
	})
	.meta({ id: 'OpenAiEmbeddingsRequest' });

export const OpenAiEmbeddings = z
	.looseObject({
		object: z.literal('list'),
		model: z.string(),
		data: z.array(
			z.looseObject({
				object: z.literal('embedding'),
				index: z.int(),
				embedding: z.union([z.array(z.number()), z.string()]),
			}),
		),
		usage,
	})
	.meta({ id: 'OpenAiEmbeddings' });

export const OpenAiModel = z
	.looseObject({ id: z.string(), object: z.literal('model'), created: z.int(), owned_by: z.string() })
	.meta({ id: 'OpenAiModel' });

export const OpenAiModelList = z
	.looseObject({ object: z.literal('list'), data: z.array(OpenAiModel) })
	.meta({ id: 'OpenAiModelList' });
