import { AppError } from '#libs/kernel';
import type { ChatDecoder, ChatEvent, EmbeddingAnswer, FinishReason, TokenLogprob } from '../../chat.js';
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

/** One choice of a chunk or of an answer, as events. */
class ChoiceReader {
	isFinished = false;
	private readonly started = new Set<number>();

	constructor(
		private readonly choice: number,
		private readonly emit: (event: ChatEvent) => void,
	) {}

	/** A delta, or a whole message. */
	content(message: Record<string, unknown>, logprobs: unknown): void {
		const { choice } = this;
		const reasoning = text(message.reasoning_content) || text(message.reasoning);
		if (reasoning !== '') this.emit({ type: 'reasoning', text: reasoning, choice });
		const content = text(message.content);
		const tokens = logprobsOf(logprobs);
		if (content !== '' || tokens !== undefined)
			this.emit({ type: 'text', text: content, choice, ...(tokens === undefined ? {} : { logprobs: tokens }) });
		const refusal = text(message.refusal);
		if (refusal !== '') this.emit({ type: 'refusal', text: refusal, choice });
		list(message.tool_calls).forEach((call, position) => this.toolCall(record(call), position));
	}

	/** `stop`: vLLM's `stop_reason`, the stop sequence that was hit. */
	finish(reason: string, stop: unknown): void {
		if (reason === '' || this.isFinished) return;
		this.isFinished = true;
		const hit = typeof stop === 'string' ? { stopSequence: stop } : {};
		this.emit({ type: 'finish', reason: reasons[reason] ?? 'stop', choice: this.choice, ...hit });
	}

	private toolCall(call: Record<string, unknown>, position: number): void {
		const { choice } = this;
		const index = typeof call.index === 'number' ? call.index : position;
		const { name, arguments: json } = record(call.function);
		if (!this.started.has(index)) {
			this.started.add(index);
			this.emit({
				type: 'tool_start',
				index,
				id: text(call.id) || `call_${choice}_${index}`,
				name: text(name),
				choice,
			});
		}
		if (text(json) !== '') this.emit({ type: 'tool_arguments', index, json: text(json), choice });
	}
}

function logprobsOf(value: unknown): TokenLogprob[] | undefined {
	const { content } = record(value);
	if (!Array.isArray(content)) return undefined;
	const one = (item: unknown) => ({ token: text(record(item).token), logprob: Number(record(item).logprob) });
	return content.map((item) => ({ ...one(item), top: list(record(item).top_logprobs).map(one) }));
}

const MOST_CHOICES = 128;

/** The readers of an answer's choices. */
class Choices {
	private readonly readers = new Map<number, ChoiceReader>();

	constructor(private readonly emit: (event: ChatEvent) => void) {}

	get areFinished(): boolean {
		return this.readers.size > 0 && this.readers.values().every(({ isFinished }) => isFinished);
	}

	of(choice: Record<string, unknown>, position: number): ChoiceReader {
		const index = typeof choice.index === 'number' ? choice.index : position;
		let reader = this.readers.get(index);
		if (reader === undefined) {
			if (this.readers.size >= MOST_CHOICES) throw garbage('The upstream answered with too many choices');
			reader = new ChoiceReader(index, this.emit);
			this.readers.set(index, reader);
		}
		return reader;
	}
}

const garbage = (message: string): AppError => new AppError('upstream', 'upstream_garbage', message);

/** `chat.completion.chunk` frames. Usage may come in several chunks, cumulative: the last one counts. */
export class OpenAiStreamDecoder implements ChatDecoder {
	model: string | undefined;
	private readonly lines = new Lines((line) => this.line(line));
	private readonly choices: Choices;
	private isOver = false;

	constructor(private readonly emit: (event: ChatEvent) => void) {
		this.choices = new Choices(emit);
	}

	feed(bytes: Buffer): void {
		this.lines.feed(bytes);
	}

	end(): boolean {
		this.lines.end();
		return this.choices.areFinished;
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
		list(chunk.choices).forEach((item, position) => {
			const choice = record(item);
			const reader = this.choices.of(choice, position);
			reader.content(record(choice.delta), choice.logprobs);
			reader.finish(text(choice.finish_reason), choice.stop_reason);
		});
		const usage = openAiUsage(chunk.usage);
		if (usage !== undefined) this.emit({ type: 'usage', usage });
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
		const choices = list(body.choices).map(record);
		if (choices[0]?.message === undefined) throw garbage('The upstream answered without a message');
		this.model = text(body.model) || undefined;
		const readers = new Choices(this.emit);
		choices.forEach((choice, position) => {
			const reader = readers.of(choice, position);
			reader.content(record(choice.message), choice.logprobs);
			reader.finish(text(choice.finish_reason) || 'stop', choice.stop_reason);
		});
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
	if (!Array.isArray(data)) throw garbage('The upstream did not list its models');
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
