import { z } from 'zod';

/** For the document only: the routes read tolerantly and pass unknown fields on. */
const block = z.looseObject({ type: z.string().meta({ examples: ['text'] }) });
const content = z.union([z.string(), z.array(block)]);

const message = z.looseObject({ role: z.enum(['user', 'assistant', 'system']), content });

const prompt = {
	model: z.string().meta({ examples: ['echo'] }),
	messages: z.array(message).meta({ examples: [[{ role: 'user', content: 'Hello' }]] }),
	system: content.nullish(),
	tools: z.array(z.looseObject({ name: z.string().optional() })).nullish(),
	tool_choice: z
		.looseObject({
			type: z.enum(['auto', 'any', 'tool', 'none']),
			name: z.string().optional(),
			disable_parallel_tool_use: z.boolean().optional(),
		})
		.nullish(),
	thinking: z
		.looseObject({
			type: z.enum(['enabled', 'adaptive', 'between_tools', 'disabled']),
			budget_tokens: z.int().optional(),
		})
		.nullish(),
	output_config: z
		.looseObject({
			effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).nullish(),
			format: z.looseObject({ type: z.literal('json_schema') }).nullish(),
		})
		.nullish(),
};

export const AnthropicMessageRequest = z
	.looseObject({
		...prompt,
		max_tokens: z
			.int()
			.min(0)
			.meta({ description: 'The most tokens of the answer', examples: [1024] }),
		stream: z.boolean().nullish(),
		stop_sequences: z.array(z.string()).nullish(),
		temperature: z.number().min(0).max(1).nullish().meta({ description: 'Not in API version 2026-10-21' }),
		top_p: z.number().nullish().meta({ description: 'Not in API version 2026-10-21' }),
		top_k: z.int().nullish().meta({ description: 'Not in API version 2026-10-21' }),
		metadata: z.looseObject({ user_id: z.string().nullish() }).nullish(),
	})
	.meta({ id: 'AnthropicMessageRequest' });

export const AnthropicMessage = z
	.looseObject({
		id: z.string(),
		type: z.literal('message'),
		role: z.literal('assistant'),
		model: z.string(),
		content: z.array(block),
		stop_reason: z.string().nullable(),
		stop_sequence: z.string().nullable(),
		usage: z.looseObject({
			input_tokens: z.int().meta({ description: 'Without what came from the cache' }),
			output_tokens: z.int(),
			cache_creation_input_tokens: z.int().nullable(),
			cache_read_input_tokens: z.int().nullable(),
		}),
	})
	.meta({ id: 'AnthropicMessage' });

export const AnthropicTokenCountRequest = z.looseObject(prompt).meta({ id: 'AnthropicTokenCountRequest' });

export const AnthropicTokenCount = z.looseObject({ input_tokens: z.int() }).meta({ id: 'AnthropicTokenCount' });

export const AnthropicModel = z
	.looseObject({ type: z.literal('model'), id: z.string(), display_name: z.string(), created_at: z.string() })
	.meta({ id: 'AnthropicModel' });

export const AnthropicModelList = z
	.looseObject({
		data: z.array(AnthropicModel),
		has_more: z.boolean(),
		first_id: z.string().nullable(),
		last_id: z.string().nullable(),
	})
	.meta({ id: 'AnthropicModelList' });
