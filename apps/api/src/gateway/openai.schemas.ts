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
		n: z.int().min(1).nullish(),
		temperature: z.number().min(0).max(2).nullish(),
		logprobs: z.boolean().nullish(),
		top_logprobs: z.int().min(0).max(20).nullish(),
		tools: z.array(z.looseObject({ type: z.string() })).nullish(),
		tool_choice: z.union([z.enum(['none', 'auto', 'required']), z.looseObject({ type: z.string() })]).nullish(),
		parallel_tool_calls: z.boolean().nullish(),
		response_format: z.looseObject({ type: z.enum(['text', 'json_object', 'json_schema']) }).nullish(),
		reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
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

export const OpenAiCompletionRequest = z
	.looseObject({
		model: z.string().meta({ examples: ['echo'] }),
		prompt: z
			.union([z.string(), z.array(z.string()), z.array(z.int()), z.array(z.array(z.int()))])
			.meta({ examples: ['Once upon a time'], description: 'One text, where the model is behind another protocol' }),
		stream: z.boolean().nullish(),
		stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
		max_tokens: z.int().positive().nullish(),
		n: z.int().min(1).nullish(),
		logprobs: z.int().min(0).nullish(),
	})
	.meta({ id: 'OpenAiCompletionRequest' });

export const OpenAiCompletion = z
	.looseObject({
		id: z.string(),
		object: z.literal('text_completion'),
		created: z.int(),
		model: z.string(),
		choices: z.array(z.looseObject({ index: z.int(), text: z.string(), finish_reason: z.string() })),
		usage: usage.optional(),
	})
	.meta({ id: 'OpenAiCompletion' });

const textPart = z.looseObject({ type: z.literal('text'), text: z.string() });

export const OpenAiModerationRequest = z
	.looseObject({
		input: z
			.union([z.string(), z.array(z.string()), z.array(textPart)])
			.meta({ examples: ['Hello'], description: 'At most 50,000 characters in all; texts only' }),
		model: z.string().nullish().meta({ description: "OpenAI's names are taken, too; one model judges" }),
	})
	.meta({ id: 'OpenAiModerationRequest' });

export const OpenAiModeration = z
	.looseObject({
		id: z.string(),
		model: z.literal('parallama-moderation-local'),
		results: z.array(
			z.looseObject({
				flagged: z.boolean(),
				categories: z.record(z.string(), z.boolean()),
				category_scores: z.record(z.string(), z.number().min(0).max(1)),
				category_applied_input_types: z.record(z.string(), z.array(z.literal('text'))),
			}),
		),
	})
	.meta({ id: 'OpenAiModeration' });

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
