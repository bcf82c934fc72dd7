import { AppError } from '#libs/kernel';
import type { TokenUsage } from '#libs/metering';
import type { ChatDecoder, ChatEvent, ChatRequest, EmbeddingAnswer, TokenLogprob, ToolDefinition } from '../../chat.js';
import type { ListedModel } from '../../provider.js';
import { Lines, list, parseUpstreamJson, record, text, tokenCount } from '../../wire/lines.js';
import { callIn, forcedTools } from './forced-tool.js';

/** `undefined` when the counts are absent. An absent `prompt_eval_count` (the prompt was cached) is unknown, not zero. */
export function ollamaUsage(line: Record<string, unknown>): TokenUsage | undefined {
	const input = tokenCount(line.prompt_eval_count);
	const output = tokenCount(line.eval_count);
	if (input === undefined && output === undefined) return undefined;
	const usage = { input: input ?? 0, cacheRead: 0, cacheWrite: 0, output: output ?? 0, reasoning: 0 };
	return input === undefined ? { ...usage, isInputUnknown: true } : usage;
}

/**
 * NDJSON, or the single object of an answer that is not streamed: both are lines. Where a tool must be called, the text is
 * held until its end and becomes the call.
 */
export class OllamaDecoder implements ChatDecoder {
	model: string | undefined;
	held = 0;
	private readonly lines: Lines | undefined;
	private readonly pieces: Buffer[] = [];
	private readonly forced: readonly ToolDefinition[] | undefined;
	private readonly mostTools: number;
	private readonly firstId: number;
	private heldText = '';
	private tools = 0;
	private isDone = false;

	constructor(
		request: ChatRequest,
		private readonly emit: (event: ChatEvent) => void,
	) {
		this.forced = forcedTools(request);
		this.mostTools = request.parallelTools === false ? 1 : Number.POSITIVE_INFINITY;
		this.firstId = nextId(request);
		if (request.isStreamed) this.lines = new Lines((line) => this.line(line));
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
		this.content(text(message.content), logprobsOf(chunk.logprobs));
		for (const call of list(message.tool_calls)) this.toolCall(record(call));
		if (chunk.done === true) this.done(chunk);
	}

	private content(piece: string, logprobs: readonly TokenLogprob[]): void {
		if (piece === '' && logprobs.length === 0) return;
		if (this.forced === undefined)
			return this.emit({ type: 'text', text: piece, ...(logprobs.length === 0 ? {} : { logprobs }) });
		this.held++;
		this.heldText += piece;
	}

	private toolCall(call: Record<string, unknown>): void {
		const { name, arguments: values } = record(call.function);
		this.call(text(call.id), text(name), typeof values === 'string' ? values : JSON.stringify(values ?? {}));
	}

	private call(id: string, name: string, json: string): void {
		if (this.tools >= this.mostTools) return;
		const index = this.tools++;
		this.emit({ type: 'tool_start', index, id: id || `call_${this.firstId + index}`, name });
		this.emit({ type: 'tool_arguments', index, json });
	}

	/** The text that was held is the call; where it is none, because it was cut, it stays text. */
	private release(): void {
		if (this.forced === undefined || this.heldText === '') return;
		this.held = 0;
		const found = callIn(this.heldText, this.forced);
		if (found !== undefined) this.call('', found.name, found.json);
		else this.emit({ type: 'text', text: this.heldText });
	}

	private done(chunk: Record<string, unknown>): void {
		this.isDone = true;
		this.release();
		const reason = this.tools > 0 ? 'tool_calls' : text(chunk.done_reason) === 'length' ? 'length' : 'stop';
		this.emit({ type: 'finish', reason });
		const usage = ollamaUsage(chunk);
		if (usage !== undefined) this.emit({ type: 'usage', usage });
	}
}

/** Ollama may give its calls no ids: ours go on where the conversation's end, so that each stays one of a kind. */
const nextId = ({ messages }: ChatRequest): number =>
	1 +
	Math.max(
		-1,
		...messages.flatMap(({ toolCalls }) => toolCalls.map(({ id }) => Number(/^call_(\d{1,9})$/.exec(id)?.[1] ?? -1))),
	);

function logprobsOf(value: unknown): TokenLogprob[] {
	const one = (item: unknown) => ({ token: text(record(item).token), logprob: Number(record(item).logprob) });
	return list(value).map((item) => ({ ...one(item), top: list(record(item).top_logprobs).map(one) }));
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
