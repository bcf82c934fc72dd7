import { AppError } from '#libs/kernel';
import type { ChatDecoder, ChatEvent, EmbeddingAnswer, FinishReason } from '../../chat.js';
import type { ListedModel } from '../../provider.js';
import { Lines, list, parseUpstreamJson, record, text } from '../../wire/lines.js';
import { openAiUsage } from './usage.js';

const reasons: Readonly<Record<string, FinishReason>> = {
	stop: 'stop',
	length: 'length',
	tool_calls: 'tool_calls',
	function_call: 'tool_calls',
	content_filter: 'content_filter',
};

const messageOf = (error: unknown): string =>
	text(record(error).message) || text(error) || 'The upstream reported an error';

/** `chat.completion.chunk` frames. Usage may come in several chunks, cumulative: the last one counts. */
export class OpenAiStreamDecoder implements ChatDecoder {
	model: string | undefined;
	private readonly lines = new Lines((line) => this.line(line));
	private readonly started = new Set<number>();
	private isFinished = false;
	private isOver = false;

	constructor(private readonly emit: (event: ChatEvent) => void) {}

	feed(bytes: Buffer): void {
		this.lines.feed(bytes);
	}

	end(): boolean {
		this.lines.end();
		return this.isFinished;
	}

	private line(line: string): void {
		if (this.isOver || !line.startsWith('data:')) return; // comments, event names, blank lines
		const data = line.slice(5).trim();
		if (data === '') return;
		if (data === '[DONE]') {
			this.isOver = true;
			return;
		}
		this.chunk(parseUpstreamJson(data));
	}

	private chunk(chunk: Record<string, unknown>): void {
		if (chunk.error !== undefined && chunk.error !== null)
			return this.emit({ type: 'error', message: messageOf(chunk.error) });
		this.model ??= text(chunk.model) || undefined;
		const choice = record(list(chunk.choices)[0]);
		this.delta(record(choice.delta));
		const reason = text(choice.finish_reason);
		if (reason !== '' && !this.isFinished) {
			this.isFinished = true;
			this.emit({ type: 'finish', reason: reasons[reason] ?? 'stop' });
		}
		const usage = openAiUsage(chunk.usage);
		if (usage !== undefined) this.emit({ type: 'usage', usage });
	}

	private delta(delta: Record<string, unknown>): void {
		const reasoning = text(delta.reasoning_content) || text(delta.reasoning);
		if (reasoning !== '') this.emit({ type: 'reasoning', text: reasoning });
		const content = text(delta.content);
		if (content !== '') this.emit({ type: 'text', text: content });
		list(delta.tool_calls).forEach((call, position) => this.toolCall(record(call), position));
	}

	private toolCall(call: Record<string, unknown>, position: number): void {
		const index = typeof call.index === 'number' ? call.index : position;
		const { name, arguments: json } = record(call.function);
		if (!this.started.has(index)) {
			this.started.add(index);
			this.emit({ type: 'tool_start', index, id: text(call.id) || `call_${index}`, name: text(name) });
		}
		if (text(json) !== '') this.emit({ type: 'tool_arguments', index, json: text(json) });
	}
}

/** One `chat.completion`. */
export class OpenAiAnswerDecoder implements ChatDecoder {
	model: string | undefined;
	private readonly pieces: Buffer[] = [];

	constructor(private readonly emit: (event: ChatEvent) => void) {}

	feed(bytes: Buffer): void {
		this.pieces.push(bytes);
	}

	end(): boolean {
		const body = parseUpstreamJson(Buffer.concat(this.pieces).toString('utf8'));
		const choice = record(list(body.choices)[0]);
		if (choice.message === undefined)
			throw new AppError('upstream', 'upstream_garbage', 'The upstream answered without a message');
		this.model = text(body.model) || undefined;
		const message = record(choice.message);
		const reasoning = text(message.reasoning_content) || text(message.reasoning);
		if (reasoning !== '') this.emit({ type: 'reasoning', text: reasoning });
		if (text(message.content) !== '') this.emit({ type: 'text', text: text(message.content) });
		list(message.tool_calls).forEach((item, index) => {
			const call = record(item);
			const { name, arguments: json } = record(call.function);
			this.emit({ type: 'tool_start', index, id: text(call.id) || `call_${index}`, name: text(name) });
			this.emit({ type: 'tool_arguments', index, json: text(json) });
		});
		this.emit({ type: 'finish', reason: reasons[text(choice.finish_reason)] ?? 'stop' });
		const usage = openAiUsage(body.usage);
		if (usage !== undefined) this.emit({ type: 'usage', usage });
		return true;
	}
}

/** Vectors as numbers, or as base64 of little-endian floats where an upstream insists on that. */
export function decodeOpenAiEmbeddings(body: Buffer): EmbeddingAnswer {
	const answer = parseUpstreamJson(body.toString('utf8'));
	const vectors = list(answer.data).map((item) => {
		const { embedding } = record(item);
		if (Array.isArray(embedding)) return embedding as number[];
		const bytes = Buffer.from(text(embedding), 'base64');
		return Array.from({ length: bytes.length >> 2 }, (_, at) => bytes.readFloatLE(at * 4));
	});
	return { model: text(answer.model), vectors, usage: openAiUsage(answer.usage) };
}

export function decodeOpenAiList(body: Buffer): ListedModel[] {
	const { data } = parseUpstreamJson(body.toString('utf8'));
	if (!Array.isArray(data)) throw new AppError('upstream', 'upstream_garbage', 'The upstream did not list its models');
	return data.map(record).flatMap((model) =>
		text(model.id) === ''
			? []
			: [
					{
						id: text(model.id),
						created: typeof model.created === 'number' ? model.created : 0,
						owner: text(model.owned_by) || 'unknown',
						raw: Object.freeze(model),
					},
				],
	);
}
