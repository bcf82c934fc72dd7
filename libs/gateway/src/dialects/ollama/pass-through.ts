import { AppError } from '#libs/kernel';
import type { TokenUsage } from '#libs/metering';
import { MAX_LINE_BYTES, ollamaUsage } from '#libs/providers';
import type { AnswerPipe, Ending } from '../client-operation.js';

const LF = 0x0a;
const DONE = Buffer.from('"done":true');
const ERROR = Buffer.from('{"error"');

/** Ollama's lines, byte for byte; only the last one is read. */
export class OllamaStreamPassThrough implements AnswerPipe {
	usage: TokenUsage | undefined;
	pieces = 0;
	failure: AppError | undefined;
	private rest: Buffer | undefined;
	private isDone = false;

	feed(bytes: Buffer): Buffer | undefined {
		const data = this.rest === undefined ? bytes : Buffer.concat([this.rest, bytes]);
		const end = data.lastIndexOf(LF) + 1;
		this.rest = end === data.length ? undefined : data.subarray(end);
		if (this.rest !== undefined && this.rest.length > MAX_LINE_BYTES)
			throw new AppError('upstream', 'upstream_line_too_long', 'The upstream sent a line without end');
		return end === 0 ? undefined : this.lines(data.subarray(0, end));
	}

	end(): Ending {
		const rest = this.rest;
		this.rest = undefined;
		const last = rest?.includes(DONE) ? this.lines(Buffer.concat([rest, Buffer.from('\n')])) : undefined;
		return { last, isWhole: this.isDone };
	}

	private lines(all: Buffer): Buffer | undefined {
		const data = this.beforeError(all);
		for (let at = data.indexOf(LF); at !== -1; at = data.indexOf(LF, at + 1)) this.pieces++;
		const done = data.indexOf(DONE);
		if (done !== -1) this.finish(data, done);
		return data.length === 0 ? undefined : data;
	}

	/** What came before a line in which the upstream gives up. */
	private beforeError(data: Buffer): Buffer {
		const at = data.indexOf(ERROR);
		if (at === -1 || !startsALine(data, at)) return data;
		this.failure = new AppError(
			'upstream',
			'upstream_error',
			'The upstream reported an error in the middle of its answer',
		);
		return data.subarray(0, at);
	}

	private finish(data: Buffer, at: number): void {
		this.isDone = true;
		const start = data.lastIndexOf(LF, at) + 1;
		const end = data.indexOf(LF, at);
		this.usage = usageOfOllamaAnswer(data.subarray(start, end === -1 ? data.length : end));
	}
}

const startsALine = (data: Buffer, at: number): boolean => at === 0 || data[at - 1] === LF;

/** Reads the counts of a final line or of a whole answer. */
export function usageOfOllamaAnswer(body: Buffer): TokenUsage | undefined {
	const counts: Record<string, unknown> = {};
	for (const name of ['prompt_eval_count', 'eval_count']) {
		const at = body.lastIndexOf(`"${name}":`);
		const digits =
			at === -1
				? undefined
				: /^\s*(\d{1,9})\b/.exec(body.toString('latin1', at + name.length + 3, at + name.length + 16))?.[1];
		if (digits !== undefined) counts[name] = Number(digits);
	}
	return ollamaUsage(counts);
}
