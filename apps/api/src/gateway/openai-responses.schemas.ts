import { z } from 'zod';

/** For the document only: the routes read tolerantly and pass unknown fields on. */
const item = z.looseObject({ type: z.string().optional(), role: z.string().optional() }).meta({
	description: 'A message, function_call, function_call_output or reasoning; item_reference is refused',
});
const refused = (why: string) => z.null().optional().meta({ description: why });

export const OpenAiResponseRequest = z
	.looseObject({
		model: z.string().meta({ examples: ['echo'] }),
		input: z.union([z.string(), z.array(item)]).meta({ examples: ['Hello'] }),
		instructions: z.string().nullish(),
		stream: z.boolean().nullish(),
		max_output_tokens: z.int().positive().nullish(),
		temperature: z.number().min(0).max(2).nullish(),
		top_p: z.number().min(0).max(1).nullish(),
		top_logprobs: z.int().min(0).max(20).nullish(),
		tools: z
			.array(z.looseObject({ type: z.string(), name: z.string().optional() }))
			.nullish()
			.meta({ description: 'Functions for every model; other tools only where the upstream is OpenAI' }),
		tool_choice: z.union([z.enum(['none', 'auto', 'required']), z.looseObject({ type: z.string() })]).nullish(),
		parallel_tool_calls: z.boolean().nullish(),
		text: z.looseObject({ format: z.looseObject({ type: z.string() }).optional() }).nullish(),
		reasoning: z
			.looseObject({
				effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
				summary: z.string().nullish(),
			})
			.nullish(),
		include: z.array(z.string()).nullish(),
		store: z.boolean().nullish().meta({ description: 'Taken for false: responses are not stored' }),
		previous_response_id: refused('Refused: responses are not stored'),
		conversation: refused('Refused: send the earlier items in input'),
		background: z.literal(false).nullish().meta({ description: 'true is refused' }),
	})
	.meta({ id: 'OpenAiResponseRequest' });

export const OpenAiResponse = z
	.looseObject({
		id: z.string(),
		object: z.literal('response'),
		created_at: z.number(),
		status: z.enum(['completed', 'incomplete', 'failed', 'in_progress', 'cancelled', 'queued']),
		error: z.looseObject({ code: z.string(), message: z.string() }).nullable(),
		incomplete_details: z.looseObject({ reason: z.string() }).nullable(),
		model: z.string(),
		output: z.array(z.looseObject({ type: z.string() })),
		usage: z
			.looseObject({
				input_tokens: z.int(),
				input_tokens_details: z.looseObject({ cached_tokens: z.int() }),
				output_tokens: z.int(),
				output_tokens_details: z.looseObject({ reasoning_tokens: z.int() }),
				total_tokens: z.int(),
			})
			.nullable(),
	})
	.meta({ id: 'OpenAiResponse' });

export const OpenAiInputTokens = z
	.looseObject({
		object: z.literal('response.input_tokens'),
		input_tokens: z.int().meta({ description: 'An estimate by the bytes of the input, for every model' }),
	})
	.meta({ id: 'OpenAiInputTokens' });
