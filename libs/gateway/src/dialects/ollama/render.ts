import type { TokenUsage } from '#libs/metering';
import type { ChatEvent, EmbeddingAnswer, FinishReason } from '#libs/providers';
import type { ScannedJson } from '../../json/scan-json.js';
import type { AnswerContext, ChatRenderer } from '../client-operation.js';

interface CollectedCall {
	readonly id: string;
	readonly name: string;
	json: string;
}

const NANOSECONDS = 1_000_000;

/** A value or, where the model wrote no JSON object, its text: never a crash. */
function argumentsOf(json: string): object {
	try {
		const value: unknown = JSON.parse(json === '' ? '{}' : json);
		return value !== null && typeof value === 'object' ? value : { value };
	} catch {
		return { value: json };
	}
}

/**
 * Ollama's chat: NDJSON lines, or the one object of an answer that is not streamed. Tool calls are whole there, so they
 * are collected and sent before the end.
 */
export class OllamaRenderer implements ChatRenderer {
	private readonly startedAt = performance.now();
	private readonly calls = new Map<number, CollectedCall>();
	private text = '';
	private thinking = '';
	private finish: FinishReason = 'stop';
	private usage: TokenUsage | undefined;

	constructor(private readonly context: AnswerContext) {}

	event(event: ChatEvent, model: string | undefined): string {
		switch (event.type) {
			case 'text':
			case 'refusal':
				if (this.context.isStreamed) return this.line(model, { role: 'assistant', content: event.text });
				this.text += event.text;
				return '';
			case 'reasoning':
				if (this.context.isStreamed) return this.line(model, { role: 'assistant', content: '', thinking: event.text });
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
		const before =
			this.context.isStreamed && calls !== undefined
				? this.line(model, { role: 'assistant', content: '', tool_calls: calls })
				: '';
		const message = this.context.isStreamed
			? { role: 'assistant', content: '' }
			: {
					role: 'assistant',
					content: this.text,
					thinking: this.thinking === '' ? undefined : this.thinking,
					tool_calls: calls,
				};
		const total = Math.round((performance.now() - this.startedAt) * NANOSECONDS);
		const last = {
			...this.base(model),
			message,
			done: true,
			done_reason: this.finish === 'length' ? 'length' : 'stop',
			total_duration: total,
			load_duration: 0,
			prompt_eval_count:
				this.usage === undefined ? undefined : this.usage.input + this.usage.cacheRead + this.usage.cacheWrite,
			prompt_eval_duration: 0,
			eval_count: this.usage === undefined ? undefined : this.usage.output + this.usage.reasoning,
			eval_duration: total,
		};
		return `${before}${JSON.stringify(last)}\n`;
	}

	private toolCalls(): object[] | undefined {
		if (this.calls.size === 0) return undefined;
		return [...this.calls].map(([index, { id, name, json }]) => ({
			id,
			function: { index, name, arguments: argumentsOf(json) },
		}));
	}

	private line(model: string | undefined, message: object): string {
		return `${JSON.stringify({ ...this.base(model), message, done: false })}\n`;
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
