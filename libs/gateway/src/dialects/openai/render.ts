import type { TokenUsage } from '#libs/metering';
import type { ChatEvent, EmbeddingAnswer, TokenLogprob } from '#libs/providers';
import type { ScannedJson } from '../../json/scan-json.js';
import type { AnswerContext, ChatRenderer } from '../client-operation.js';
import { type CollectedChoice, CollectedChoices } from '../collected-choices.js';
import { idFor, nowSeconds } from './ids.js';
import { logprobTokens } from './logprobs.js';

const idOf = (requestId: string): string => idFor('chatcmpl-', requestId);

/** Usage in the form that chats and completions share. */
export const usageOf = (usage: TokenUsage): object => {
	const prompt = usage.input + usage.cacheRead + usage.cacheWrite;
	const completion = usage.output + usage.reasoning;
	return {
		prompt_tokens: prompt,
		completion_tokens: completion,
		total_tokens: prompt + completion,
		prompt_tokens_details: { cached_tokens: usage.cacheRead },
		completion_tokens_details: { reasoning_tokens: usage.reasoning },
	};
};

const logprobsOf = (tokens: readonly TokenLogprob[] | undefined): string =>
	tokens === undefined ? 'null' : JSON.stringify({ content: logprobTokens(tokens), refusal: null });

/** `chat.completion.chunk` frames. The frame around a piece of text is made once per call. */
export class OpenAiStreamRenderer implements ChatRenderer {
	private head: string | undefined;
	private readonly begun = new Set<number>();
	private usage: TokenUsage | undefined;

	constructor(private readonly context: AnswerContext) {}

	event(event: ChatEvent, model: string | undefined): string {
		const { choice = 0 } = event;
		switch (event.type) {
			case 'text':
				return this.piece(choice, `{"content":${JSON.stringify(event.text)}}`, model, logprobsOf(event.logprobs));
			case 'refusal':
				return this.piece(choice, `{"refusal":${JSON.stringify(event.text)}}`, model);
			case 'reasoning':
				return this.piece(choice, `{"reasoning_content":${JSON.stringify(event.text)}}`, model);
			case 'tool_start': {
				const call = {
					index: event.index,
					id: event.id,
					type: 'function',
					function: { name: event.name, arguments: '' },
				};
				return this.piece(choice, `{"tool_calls":[${JSON.stringify(call)}]}`, model);
			}
			case 'tool_arguments': {
				const call = { index: event.index, function: { arguments: event.json } };
				return this.piece(choice, `{"tool_calls":[${JSON.stringify(call)}]}`, model);
			}
			case 'finish':
				return this.role(choice, model) + this.frame(choice, '{}', model, 'null', `"${event.reason}"`);
			case 'usage':
				this.usage = event.usage;
				return '';
			case 'reasoning_end':
			case 'error':
				return '';
		}
	}

	end(model: string | undefined): string {
		if (!this.context.wantsUsage || this.usage === undefined) return 'data: [DONE]\n\n';
		return `data: ${this.headOf(model)}[],"usage":${JSON.stringify(usageOf(this.usage))}}\n\ndata: [DONE]\n\n`;
	}

	private piece(choice: number, delta: string, model: string | undefined, logprobs = 'null'): string {
		return this.role(choice, model) + this.frame(choice, delta, model, logprobs, 'null');
	}

	/** Clients need `role` in a choice's first delta. */
	private role(choice: number, model: string | undefined): string {
		if (this.begun.has(choice)) return '';
		this.begun.add(choice);
		return this.frame(choice, '{"role":"assistant","content":""}', model, 'null', 'null');
	}

	private frame(choice: number, delta: string, model: string | undefined, logprobs: string, finish: string): string {
		const usage = this.context.wantsUsage ? ',"usage":null' : '';
		return `data: ${this.headOf(model)}[{"index":${choice},"delta":${delta},"logprobs":${logprobs},"finish_reason":${finish}}]${usage}}\n\n`;
	}

	private headOf(model: string | undefined): string {
		this.head ??= `${JSON.stringify({
			id: idOf(this.context.requestId),
			object: 'chat.completion.chunk',
			created: nowSeconds(),
			model: model ?? this.context.alias,
		}).slice(0, -1)},"choices":`;
		return this.head;
	}
}

/** One `chat.completion`. */
export class OpenAiAnswerRenderer implements ChatRenderer {
	private readonly collected = new CollectedChoices();

	constructor(private readonly context: AnswerContext) {}

	event(event: ChatEvent): string {
		this.collected.add(event);
		return '';
	}

	end(model: string | undefined): string {
		const { usage, choices } = this.collected;
		return JSON.stringify({
			id: idOf(this.context.requestId),
			object: 'chat.completion',
			created: nowSeconds(),
			model: model ?? this.context.alias,
			choices: choices.map((choice, index) => ({
				index,
				message: messageOf(choice),
				logprobs: choice.logprobs.length === 0 ? null : JSON.parse(logprobsOf(choice.logprobs)),
				finish_reason: choice.finish,
			})),
			usage: usage === undefined ? undefined : usageOf(usage),
		});
	}
}

function messageOf({ text, refusal, reasoning, calls }: CollectedChoice): object {
	return {
		role: 'assistant',
		content: text === '' && (calls.length > 0 || refusal !== '') ? null : text,
		refusal: refusal === '' ? null : refusal,
		reasoning_content: reasoning === '' ? undefined : reasoning,
		tool_calls:
			calls.length === 0
				? undefined
				: calls.map(({ id, name, json }) => ({ id, type: 'function', function: { name, arguments: json } })),
	};
}

const encode = (vector: readonly number[], format: unknown): readonly number[] | string =>
	format === 'base64' ? Buffer.from(Float32Array.from(vector).buffer).toString('base64') : vector;

export function renderOpenAiEmbeddings(answer: EmbeddingAnswer, { value }: ScannedJson): string {
	const tokens = answer.usage === undefined ? 0 : answer.usage.input + answer.usage.cacheRead + answer.usage.cacheWrite;
	return JSON.stringify({
		object: 'list',
		data: answer.vectors.map((vector, index) => ({
			object: 'embedding',
			index,
			embedding: encode(vector, value.encoding_format),
		})),
		model: answer.model === '' ? value.model : answer.model,
		usage: { prompt_tokens: tokens, total_tokens: tokens },
	});
}
