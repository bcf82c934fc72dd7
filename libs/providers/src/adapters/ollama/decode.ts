import { AppError } from '#libs/kernel';
import type { TokenUsage } from '#libs/metering';
import type { ChatDecoder, ChatEvent, EmbeddingAnswer } from '../../chat.js';
import type { ListedModel } from '../../provider.js';
import { Lines, list, parseUpstreamJson, record, text, tokenCount } from '../../wire/lines.js';

/** `undefined` when the counts are absent: an absent `prompt_eval_count` (prompt cached) is unknown, not zero. */
export function ollamaUsage(line: Record<string, unknown>): TokenUsage | undefined {
	const input = tokenCount(line.prompt_eval_count);
	const output = tokenCount(line.eval_count);
	if (input === undefined && output === undefined) return undefined;
	return { input: input ?? 0, cacheRead: 0, cacheWrite: 0, output: output ?? 0, reasoning: 0 };
}

/** NDJSON, or the single object of an answer that is not streamed: both are lines. */
export class OllamaDecoder implements ChatDecoder {
	model: string | undefined;
	private readonly lines: Lines | undefined;
	private readonly pieces: Buffer[] = [];
	private tools = 0;
	private isDone = false;

	constructor(
		isStreamed: boolean,
		private readonly emit: (event: ChatEvent) => void,
	) {
		if (isStreamed) this.lines = new Lines((line) => this.line(line));
	}

	feed(bytes: Buffer): void {
		if (this.lines === undefined) this.pieces.push(bytes);
		else this.lines.feed(bytes);
	}

	end(): boolean {
		if (this.lines === undefined) this.line(Buffer.concat(this.pieces).toString('utf8'));
		else this.lines.end();
		return this.isDone;
	}

	private line(line: string): void {
		if (this.isDone || line.trim() === '') return;
		const chunk = parseUpstreamJson(line);
		if (typeof chunk.error === 'string') return this.emit({ type: 'error', message: chunk.error });
		this.model ??= text(chunk.model) || undefined;
		const message = record(chunk.message);
		if (text(message.thinking) !== '') this.emit({ type: 'reasoning', text: text(message.thinking) });
		if (text(message.content) !== '') this.emit({ type: 'text', text: text(message.content) });
		for (const call of list(message.tool_calls)) this.toolCall(record(call));
		if (chunk.done === true) this.done(chunk);
	}

	private toolCall(call: Record<string, unknown>): void {
		const index = this.tools++;
		const { name, arguments: values } = record(call.function);
		this.emit({ type: 'tool_start', index, id: text(call.id) || `call_${index}`, name: text(name) });
		this.emit({
			type: 'tool_arguments',
			index,
			json: typeof values === 'string' ? values : JSON.stringify(values ?? {}),
		});
	}

	private done(chunk: Record<string, unknown>): void {
		this.isDone = true;
		const reason = this.tools > 0 ? 'tool_calls' : text(chunk.done_reason) === 'length' ? 'length' : 'stop';
		this.emit({ type: 'finish', reason });
		const usage = ollamaUsage(chunk);
		if (usage !== undefined) this.emit({ type: 'usage', usage });
	}
}

export function decodeOllamaEmbeddings(body: Buffer): EmbeddingAnswer {
	const answer = parseUpstreamJson(body.toString('utf8'));
	if (!Array.isArray(answer.embeddings))
		throw new AppError('upstream', 'upstream_garbage', 'The upstream answered without embeddings');
	return { model: text(answer.model), vectors: answer.embeddings as number[][], usage: ollamaUsage(answer) };
}

export function decodeOllamaTags(body: Buffer): ListedModel[] {
	const { models } = parseUpstreamJson(body.toString('utf8'));
	if (!Array.isArray(models))
		throw new AppError('upstream', 'upstream_garbage', 'The upstream did not list its models');
	return models.map(record).flatMap((model) => {
		const id = text(model.model) || text(model.name);
		const created = Math.floor(Date.parse(text(model.modified_at)) / 1_000);
		return id === ''
			? []
			: [{ id, created: Number.isFinite(created) ? created : 0, owner: 'library', raw: Object.freeze(model) }];
	});
}
