import type { TokenUsage } from '#libs/metering';
import type { ChatEvent, EmbeddingAnswer, FinishReason } from '#libs/providers';
import type { ScannedJson } from '../../json/scan-json.js';
import type { AnswerContext, ChatRenderer } from '../dialect.js';

const idOf = (requestId: string): string => `chatcmpl-${requestId.replaceAll('-', '').slice(0, 32)}`;
const nowSeconds = (): number => Math.floor(Date.now() / 1_000);

const usageOf = (usage: TokenUsage): object => {
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

/** `chat.completion.chunk` frames. The frame around a piece of text is made once per call. */
export class OpenAiStreamRenderer implements ChatRenderer {
	private head: string | undefined;
	private hasRole = false;
	private usage: TokenUsage | undefined;

	constructor(private readonly context: AnswerContext) {}

	event(event: ChatEvent, model: string | undefined): string {
		switch (event.type) {
			case 'text':
				return this.role(model) + this.delta(`{"content":${JSON.stringify(event.text)}}`, 'null', model);
			case 'reasoning':
				return this.role(model) + this.delta(`{"reasoning_content":${JSON.stringify(event.text)}}`, 'null', model);
			case 'tool_start': {
				const call = {
					index: event.index,
					id: event.id,
					type: 'function',
					function: { name: event.name, arguments: '' },
				};
				return this.role(model) + this.delta(`{"tool_calls":[${JSON.stringify(call)}]}`, 'null', model);
			}
			case 'tool_arguments':
				return this.delta(
					`{"tool_calls":[${JSON.stringify({ index: event.index, function: { arguments: event.json } })}]}`,
					'null',
					model,
				);
			case 'finish':
				return this.role(model) + this.delta('{}', `"${event.reason}"`, model);
			case 'usage':
				this.usage = event.usage;
				return '';
			case 'error':
				return '';
		}
	}

	end(model: string | undefined): string {
		if (!this.context.wantsUsage || this.usage === undefined) return 'data: [DONE]\n\n';
		return `data: ${this.headOf(model)}[],"usage":${JSON.stringify(usageOf(this.usage))}}\n\ndata: [DONE]\n\n`;
	}

	/** Clients need `role` in the first delta. */
	private role(model: string | undefined): string {
		if (this.hasRole) return '';
		this.hasRole = true;
		return this.delta('{"role":"assistant","content":""}', 'null', model);
	}

	private delta(delta: string, finish: string, model: string | undefined): string {
		const usage = this.context.wantsUsage ? ',"usage":null' : '';
		return `data: ${this.headOf(model)}[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${finish}}]${usage}}\n\n`;
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

interface CollectedCall {
	readonly id: string;
	readonly name: string;
	json: string;
}

/** One `chat.completion`. */
export class OpenAiAnswerRenderer implements ChatRenderer {
	private text = '';
	private reasoning = '';
	private readonly calls = new Map<number, CollectedCall>();
	private finish: FinishReason = 'stop';
	private usage: TokenUsage | undefined;

	constructor(private readonly context: AnswerContext) {}

	event(event: ChatEvent): string {
		if (event.type === 'text') this.text += event.text;
		else if (event.type === 'reasoning') this.reasoning += event.text;
		else if (event.type === 'tool_start') this.calls.set(event.index, { id: event.id, name: event.name, json: '' });
		else if (event.type === 'tool_arguments') (this.calls.get(event.index) ?? { json: '' }).json += event.json;
		else if (event.type === 'finish') this.finish = event.reason;
		else if (event.type === 'usage') this.usage = event.usage;
		return '';
	}

	end(model: string | undefined): string {
		const calls = [...this.calls.values()].map(({ id, name, json }) => ({
			id,
			type: 'function',
			function: { name, arguments: json },
		}));
		const message = {
			role: 'assistant',
			content: this.text === '' && calls.length > 0 ? null : this.text,
			refusal: null,
			reasoning_content: this.reasoning === '' ? undefined : this.reasoning,
			tool_calls: calls.length === 0 ? undefined : calls,
		};
		return JSON.stringify({
			id: idOf(this.context.requestId),
			object: 'chat.completion',
			created: nowSeconds(),
			model: model ?? this.context.alias,
			choices: [{ index: 0, message, logprobs: null, finish_reason: this.finish }],
			usage: this.usage === undefined ? undefined : usageOf(this.usage),
		});
	}
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
