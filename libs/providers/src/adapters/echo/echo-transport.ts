import { Transport, type UpstreamCall, type UpstreamHandler, type UpstreamRequest } from '../../transport.js';
import { list, parseUpstreamJson, record, text } from '../../wire/lines.js';

const WORD_EVERY_MS = 15;
const DIMENSIONS = 8;

/**
 * A development model inside this process, in OpenAI's protocol: it repeats the last user message, word by word, and is
 * deterministic. So the main job runs where no model server does.
 */
export class EchoTransport extends Transport {
	send(request: UpstreamRequest, handler: UpstreamHandler): UpstreamCall {
		const answer = new EchoAnswer(handler);
		const body = parseUpstreamJson(Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '{"list":true}');
		queueMicrotask(() => answer.begin(request.path, body));
		return answer;
	}
	close(): void {}
}

/** About four characters a token; the same text always counts the same. */
const tokensIn = (words: string): number => Math.ceil(words.length / 4);

function lastUserText(messages: unknown): string {
	const last = list(messages)
		.map(record)
		.findLast((message) => message.role === 'user');
	if (last === undefined) return '';
	if (typeof last.content === 'string') return last.content;
	return list(last.content)
		.map((part) => text(record(part).text))
		.join(' ');
}

/** Eight numbers from the text's characters: equal texts are near, that is all. */
function vector(input: string): number[] {
	const sums = Array.from({ length: DIMENSIONS }, () => 0);
	for (let at = 0; at < input.length; at++)
		sums[at % DIMENSIONS] = ((sums[at % DIMENSIONS] ?? 0) * 31 + input.charCodeAt(at)) % 1_009;
	const length = Math.hypot(...sums) || 1;
	return sums.map((sum) => Math.fround(sum / length));
}

class EchoAnswer implements UpstreamCall {
	private pending: string[] = [];
	private timer: NodeJS.Timeout | undefined;
	private isOver = false;

	constructor(private readonly handler: UpstreamHandler) {}

	begin(path: string, body: Record<string, unknown>): void {
		if (this.isOver) return;
		if (path.endsWith('/models'))
			return this.whole({ object: 'list', data: [{ id: 'echo', object: 'model', created: 0, owned_by: 'parallama' }] });
		if (path.endsWith('/embeddings')) return this.embeddings(body);
		const prompt = lastUserText(body.messages);
		const said = `[development model, repeats you] ${prompt === '' ? '(nothing was said)' : prompt}`;
		const usage = { prompt_tokens: tokensIn(JSON.stringify(body.messages)), completion_tokens: tokensIn(said) };
		if (body.stream === true)
			this.stream(said, { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens });
		else this.completion(said, { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens });
	}

	pause(): void {
		clearTimeout(this.timer);
		this.timer = undefined;
	}
	resume(): void {
		if (!this.isOver && this.timer === undefined && this.pending.length > 0) this.next();
	}
	abort(): void {
		this.isOver = true;
		clearTimeout(this.timer);
	}

	private embeddings(body: Record<string, unknown>): void {
		const inputs = (Array.isArray(body.input) ? body.input : [body.input]).map((input) =>
			typeof input === 'string' ? input : JSON.stringify(input),
		);
		const encode = (numbers: number[]): number[] | string =>
			body.encoding_format === 'base64' ? Buffer.from(Float32Array.from(numbers).buffer).toString('base64') : numbers;
		const tokens = tokensIn(inputs.join(''));
		this.whole({
			object: 'list',
			model: 'echo',
			data: inputs.map((input, index) => ({ object: 'embedding', index, embedding: encode(vector(input)) })),
			usage: { prompt_tokens: tokens, total_tokens: tokens },
		});
	}

	private completion(said: string, usage: object): void {
		const message = { role: 'assistant', content: said, refusal: null };
		this.whole({
			...envelope('chat.completion'),
			choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
			usage,
		});
	}

	private whole(body: object): void {
		this.isOver = true;
		this.handler.onHead(200, { 'content-type': 'application/json' });
		this.handler.onData(Buffer.from(JSON.stringify(body)));
		this.handler.onEnd();
	}

	private stream(said: string, usage: object): void {
		const chunk = (delta: object, finish: string | null) => ({
			...envelope('chat.completion.chunk'),
			choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
			usage: null,
		});
		const words = said.match(/\S+\s*|\s+/g) ?? [];
		this.pending = [
			chunk({ role: 'assistant', content: '' }, null),
			...words.map((content) => chunk({ content }, null)),
			chunk({}, 'stop'),
			{ ...envelope('chat.completion.chunk'), choices: [], usage },
		].map((frame) => `data: ${JSON.stringify(frame)}\n\n`);
		this.pending.push('data: [DONE]\n\n');
		this.handler.onHead(200, { 'content-type': 'text/event-stream' });
		this.next();
	}

	private next(): void {
		this.timer = undefined;
		const frame = this.pending.shift();
		if (frame === undefined || this.isOver) return;
		if (this.pending.length > 0) this.timer = setTimeout(() => this.next(), WORD_EVERY_MS); // before the handler, which may pause
		this.handler.onData(Buffer.from(frame));
		if (this.pending.length > 0 || this.isOver) return;
		this.isOver = true;
		this.handler.onEnd();
	}
}

const envelope = (object: string): object => ({
	id: 'chatcmpl-echo',
	object,
	created: Math.floor(Date.now() / 1_000),
	model: 'echo',
});
