import type { TokenUsage } from '#libs/metering';
import { record } from '#libs/providers';
import type { AnswerContext } from '../../client-operation.js';
import { idFor, nowSeconds } from '../ids.js';

export type ResponseStatus = 'in_progress' | 'completed' | 'incomplete' | 'failed';

/** What a response object says beyond the request. */
export interface ResponseState {
	readonly status: ResponseStatus;
	readonly output: readonly object[];
	readonly usage: TokenUsage | undefined;
	readonly incomplete?: 'max_output_tokens' | 'content_filter';
	readonly error?: { readonly code: string; readonly message: string };
}

/** The fields of a request that a response repeats, with what they are when the request says nothing. */
const repeated: Readonly<Record<string, unknown>> = {
	instructions: null,
	max_output_tokens: null,
	max_tool_calls: null,
	metadata: {},
	parallel_tool_calls: true,
	prompt_cache_key: null,
	safety_identifier: null,
	temperature: 1,
	tool_choice: 'auto',
	tools: [],
	top_logprobs: 0,
	top_p: 1,
	truncation: 'disabled',
	user: null,
};

/** Makes the `response` objects of one answer: equal but for what happens. */
export class ResponseObject {
	readonly id: string;
	private readonly head: object;
	private readonly wishes: Record<string, unknown>;

	constructor(private readonly context: AnswerContext) {
		const { value } = context.scanned;
		this.id = idFor('resp_', context.requestId);
		this.head = { id: this.id, object: 'response', created_at: nowSeconds() };
		this.wishes = Object.fromEntries(Object.entries(repeated).map(([name, usual]) => [name, value[name] ?? usual]));
		this.wishes.reasoning = { effort: null, summary: null, ...record(value.reasoning) };
		this.wishes.text = { format: { type: 'text' }, ...record(value.text) };
	}

	at({ status, output, usage, incomplete, error }: ResponseState, model: string | undefined): object {
		return {
			...this.head,
			status,
			background: false,
			completed_at: status === 'completed' ? nowSeconds() : null,
			error: error ?? null,
			incomplete_details: incomplete === undefined ? null : { reason: incomplete },
			...this.wishes,
			model: model ?? this.context.alias,
			output,
			previous_response_id: null,
			service_tier: 'default',
			store: false,
			usage: usage === undefined ? null : usageOf(usage),
		};
	}
}

function usageOf({ input, cacheRead, cacheWrite, output, reasoning }: TokenUsage): object {
	const prompt = input + cacheRead + cacheWrite;
	const answer = output + reasoning;
	return {
		input_tokens: prompt,
		input_tokens_details: { cached_tokens: cacheRead, cache_write_tokens: cacheWrite },
		output_tokens: answer,
		output_tokens_details: { reasoning_tokens: reasoning },
		total_tokens: prompt + answer,
	};
}
