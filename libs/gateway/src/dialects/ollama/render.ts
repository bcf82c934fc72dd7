import type { TokenUsage } from '#libs/metering';
import {
	argumentsObject,
	type ChatEvent,
	type EmbeddingAnswer,
	type FinishReason,
	type TokenLogprob,
} from '#libs/providers';
import type { ScannedJson } from '../../json/scan-json.js';
import type { AnswerContext, ChatRenderer } from '../client-operation.js';

interface CollectedCall {
	readonly id: string;
	readonly name: string;
	json: string;
}

const NANOSECONDS = 1_000_000;

/** What a line says. */
interface Said {
	readonly content: string;
	readonly thinking?: string | undefined;
	readonly calls?: object[] | undefined;
}
/** How an operation writes it. */
export type Shape = (said: Said) => object;

/** `/api/chat` nests it in a message. */
export const chatShape: Shape = ({ content, thinking, calls }) => ({
	message: { role: 'assistant', content, thinking, tool_calls: calls },
});
/** `/api/generate` has it at the top; no tools there. */
export const generateShape: Shape = ({ content, thinking }) => ({ response: content, thinking });

/** A line that says nothing. */
export const emptyLine = (shape: Shape, { alias }: AnswerContext): string =>
	`${JSON.stringify({ model: alias, created_at: new Date().toISOString(), ...shape({ content: '' }), done: false })}\n`;

const logprobsOf = (tokens: readonly TokenLogprob[] | undefined): object[] | undefined => {
	const one = (token: Pick<TokenLogprob, 'token' | 'logprob'>) => ({
		token: token.token,
		logprob: token.logprob,
		bytes: [...Buffer.from(token.token)],
	});
	return tokens === undefined || tokens.length === 0
		? undefined
		: tokens.map((token) => ({ ...one(token), top_logprobs: token.top.length === 0 ? undefined : token.top.map(one) }));
};

/**
 * Ollama's NDJSON lines, or the one object of an answer that is not streamed. Tool calls are whole there, so they are
 * collected and sent before the end.
 */
export class OllamaRenderer implements ChatRenderer {
	private readonly startedAt = performance.now();
	private readonly calls = new Map<number, CollectedCall>();
	private readonly logprobs: TokenLogprob[] = [];
	private text = '';
	private thinking = '';
	private finish: FinishReason = 'stop';
	private usage: TokenUsage | undefined;

	constructor(
		private readonly context: AnswerContext,
		private readonly shape: Shape = chatShape,
	) {}

	event(event: ChatEvent, model: string | undefined): string {
		switch (event.type) {
			case 'text':
				return this.piece(model, event.text, event.logprobs);
			case 'refusal':
				return this.piece(model, event.text);
			case 'reasoning':
				if (this.context.isStreamed) return this.line(model, { content: '', thinking: event.text });
				this.thinking += event.text;
				return '';
			case 'tool_start':
				this.calls.set(event.index, { id: event.id, name: event.name, json: '' });
				return '';
			case 'tool_arguments':
				(this.calls.get(event.index) ?? { json: '' }).json += event.json;
				return '';
			case 'finish':
				this.finish = event.reason;
				return '';
			case 'usage':
				this.usage = event.usage;
				return '';
			case 'reasoning_end':
			case 'error':
				return '';
		}
	}

	end(model: string | undefined): string {
		const calls = this.toolCalls();
		const before = this.context.isStreamed && calls !== undefined ? this.line(model, { content: '', calls }) : '';
		const said = this.context.isStreamed
			? { content: '' }
			: { content: this.text, thinking: this.thinking === '' ? undefined : this.thinking, calls };
		const total = Math.round((performance.now() - this.startedAt) * NANOSECONDS);
		const last = {
			...this.base(model),
			...this.shape(said),
			done: true,
			done_reason: this.finish === 'length' ? 'length' : 'stop',
			total_duration: total,
			load_duration: 0,
			prompt_eval_count:
				this.usage === undefined ? undefined : this.usage.input + this.usage.cacheRead + this.usage.cacheWrite,
			prompt_eval_duration: 0,
			eval_count: this.usage === undefined ? undefined : this.usage.output + this.usage.reasoning,
			eval_duration: total,
			logprobs: logprobsOf(this.logprobs),
		};
		return `${before}${JSON.stringify(last)}\n`;
	}

	private piece(model: string | undefined, text: string, logprobs?: readonly TokenLogprob[]): string {
		if (this.context.isStreamed) return this.line(model, { content: text }, logprobs);
		this.text += text;
		this.logprobs.push(...(logprobs ?? []));
		return '';
	}

	private toolCalls(): object[] | undefined {
		if (this.calls.size === 0) return undefined;
		return [...this.calls].map(([index, { id, name, json }]) => ({
			id,
			function: { index, name, arguments: argumentsObject(json) },
		}));
	}

	private line(model: string | undefined, said: Said, logprobs?: readonly TokenLogprob[]): string {
		const line = { ...this.base(model), ...this.shape(said), done: false, logprobs: logprobsOf(logprobs) };
		return `${JSON.stringify(line)}\n`;
	}

	private base(model: string | undefined): object {
		return { model: model ?? this.context.alias, created_at: new Date().toISOString() };
	}
}

export function renderOllamaEmbeddings(answer: EmbeddingAnswer, { value }: ScannedJson): string {
	return JSON.stringify({
		model: answer.model === '' ? value.model : answer.model,
		embeddings: answer.vectors,
		total_duration: 0,
		load_duration: 0,
		prompt_eval_count: answer.usage?.input,
	});
}

/** `POST /api/embeddings`, the older form: one vector. */
export const renderOllamaEmbedding = (answer: EmbeddingAnswer): string =>
	JSON.stringify({ embedding: answer.vectors[0] ?? [] });
