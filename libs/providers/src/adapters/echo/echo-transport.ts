import { Transport, type UpstreamCall, type UpstreamHandler, type UpstreamRequest } from '../../transport.js';
import { parseUpstreamJson } from '../../wire/lines.js';
import { echoAnswer, type EchoAnswer, tokensIn } from './echo-answer.js';

const WORD_EVERY_MS = 15;
const DIMENSIONS = 8;

/**
 * A development model inside this process, in OpenAI's protocol: it repeats the last message, word by word, and is
 * deterministic. So the main job runs where no model server does.
 */
export class EchoTransport extends Transport {
	send(request: UpstreamRequest, handler: UpstreamHandler): UpstreamCall {
		const answer = new EchoCall(handler);
		const body = parseUpstreamJson(Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '{"list":true}');
		queueMicrotask(() => answer.begin(request.path, body));
		return answer;
	}
	close(): void {}
}

/** Eight numbers from the text's characters: equal texts are near, that is all. */
function vector(input: string): number[] {
	const sums = Array.from({ length: DIMENSIONS }, () => 0);
	for (let at = 0; at < input.length; at++)
		sums[at % DIMENSIONS] = ((sums[at % DIMENSIONS] ?? 0) * 31 + input.charCodeAt(at)) % 1_009;
	const length = Math.hypot(...sums) || 1;
	return sums.map((sum) => Math.fround(sum / length));
}

class EchoCall implements UpstreamCall {
	private pending: string[] = [];
	private timer: NodeJS.Timeout | undefined;
	private isOver = false;

	constructor(private readonly handler: UpstreamHandler) {}

	begin(path: string, body: Record<string, unknown>): void {
		if (this.isOver) return;
		if (path.endsWith('/models'))
			return this.whole({ object: 'list', data: [{ id: 'echo', object: 'model', created: 0, owned_by: 'parallama' }] });
		if (path.endsWith('/embeddings')) return this.embeddings(body);
		const answer = echoAnswer(body);
		const prompt = tokensIn(JSON.stringify(body.messages));
		const completion = tokensIn(answer.call?.json ?? answer.text) * answer.choices;
		const usage = { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
		if (body.stream === true) this.stream(answer, usage);
		else this.completion(answer, usage);
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

	private completion({ text, call, finish, stoppedBy, choices }: EchoAnswer, usage: object): void {
		const message =
			call === undefined
				? { role: 'assistant', content: text, refusal: null }
				: { role: 'assistant', content: null, refusal: null };
		this.whole({
			...envelope('chat.completion'),
			choices: Array.from({ length: choices }, (_, index) => ({
				index,
				message: call === undefined ? message : { ...message, tool_calls: [toolCall(index, call)] },
				logprobs: null,
				finish_reason: finish,
				...(stoppedBy === undefined ? {} : { stop_reason: stoppedBy }),
			})),
			usage,
		});
	}

	private whole(body: object): void {
		this.isOver = true;
		this.handler.onHead(200, { 'content-type': 'application/json' });
		this.handler.onData(Buffer.from(JSON.stringify(body)));
		this.handler.onEnd();
	}

	private stream(answer: EchoAnswer, usage: object): void {
		const chunks = Array.from({ length: answer.choices }, (_, index) => chunksOf(answer, index)).flat();
		this.pending = [
			...chunks.map((choice) => ({ ...envelope('chat.completion.chunk'), choices: [choice], usage: null })),
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

const toolCall = (choice: number, { name, json }: NonNullable<EchoAnswer['call']>): object => ({
	id: `call_echo_${choice}`,
	type: 'function',
	function: { name, arguments: json },
});

/** One choice of a stream, chunk by chunk. */
function chunksOf({ text, call, finish, stoppedBy }: EchoAnswer, index: number): object[] {
	const said =
		call === undefined
			? (text.match(/\S+\s*|\s+/g) ?? []).map((content) => ({ content }))
			: [{ tool_calls: [{ index: 0, ...toolCall(index, call) }] }];
	const chunk = (delta: object, rest: object = { finish_reason: null }) => ({ index, delta, logprobs: null, ...rest });
	return [
		chunk({ role: 'assistant', content: call === undefined ? '' : null }),
		...said.map((delta) => chunk(delta)),
		chunk({}, { finish_reason: finish, ...(stoppedBy === undefined ? {} : { stop_reason: stoppedBy }) }),
	];
}

const envelope = (object: string): object => ({
	id: 'chatcmpl-echo',
	object,
	created: Math.floor(Date.now() / 1_000),
	model: 'echo',
});
