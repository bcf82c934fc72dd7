import { AppError } from '#libs/kernel';
import { NO_TOKENS, type TokenUsage } from '#libs/metering';
import { MAX_LINE_BYTES, ollamaUsage } from '#libs/providers';
import type { AnswerPipe, Ending } from '../client-operation.js';

const LF = 0x0a;
const DONE = /"done"\s*:\s*true/;
const DONE_KEY = Buffer.from('"done"');
const ERROR = Buffer.from('{"error"');
const BLANK = Buffer.from('\n\n');
const BLANK_CRLF = Buffer.from('\n\r\n');

/** Ollama's lines, byte for byte, up to the final one; only that is read. Its clients cannot take blank lines. */
export class OllamaStreamPassThrough implements AnswerPipe {
	usage: TokenUsage | undefined;
	pieces = 0;
	failure: AppError | undefined;
	private rest: Buffer | undefined;
	private isDone = false;

	feed(bytes: Buffer): Buffer | undefined {
		if (this.isDone) return undefined;
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
		const last = rest?.includes(DONE_KEY) ? this.lines(Buffer.concat([rest, Buffer.from('\n')])) : undefined;
		return { last: this.isDone ? last : undefined, isWhole: this.isDone };
	}

	private lines(all: Buffer): Buffer | undefined {
		const data = this.throughEnd(this.beforeError(withoutBlanks(all)));
		for (let at = data.indexOf(LF); at !== -1; at = data.indexOf(LF, at + 1)) this.pieces++;
		return data.length === 0 ? undefined : data;
	}

	/** What came before a line in which the upstream gives up. */
	private beforeError(data: Buffer): Buffer {
		for (let at = data.indexOf(ERROR); at !== -1; at = data.indexOf(ERROR, at + 1)) {
			if (!startsALine(data, at)) continue; // a tool's arguments
			this.failure = new AppError(
				'upstream',
				'upstream_error',
				'The upstream reported an error in the middle of its answer',
			);
			return data.subarray(0, at);
		}
		return data;
	}

	/** All up to the final line, which is read. Every line says `"done"`: most of them are settled by the byte that follows. */
	private throughEnd(data: Buffer): Buffer {
		for (let at = data.indexOf(DONE_KEY); at !== -1; at = data.indexOf(DONE_KEY, at + 1)) {
			if (!mayBeTrue(data, at + DONE_KEY.length)) continue;
			const start = data.lastIndexOf(LF, at) + 1;
			const end = data.indexOf(LF, at) + 1;
			const usage = finalUsage(data.subarray(start, end));
			if (usage === 'not final') continue;
			this.isDone = true;
			this.rest = undefined; // what follows is not part of the answer
			this.usage = usage;
			return data.subarray(0, end);
		}
		return data;
	}
}

const startsALine = (data: Buffer, at: number): boolean => at === 0 || data[at - 1] === LF;

/** White space, colon, then a `t`. */
function mayBeTrue(data: Buffer, from: number): boolean {
	let at = from;
	while (at < data.length && ((data[at] as number) <= 0x20 || data[at] === 0x3a)) at++;
	return data[at] === 0x74;
}

function withoutBlanks(data: Buffer): Buffer {
	const first = data[0];
	if (first !== LF && first !== 0x0d && !data.includes(BLANK) && !data.includes(BLANK_CRLF)) return data;
	const lines = data.toString('latin1').split('\n');
	return Buffer.from(
		lines
			.filter((line) => line.trim() !== '')
			.map((line) => `${line}\n`)
			.join(''),
		'latin1',
	);
}

/** The usage in a line that may be the final one: a tool's arguments may say `"done":true`, too. */
function finalUsage(line: Buffer): TokenUsage | undefined | 'not final' {
	try {
		const value = JSON.parse(line.toString('utf8')) as Record<string, unknown>;
		return value.done === true ? usageIn(value) : 'not final';
	} catch {
		return 'not final';
	}
}

/** Loading and unloading a model takes no tokens. */
const usageIn = (line: Record<string, unknown>): TokenUsage | undefined =>
	line.done_reason === 'load' || line.done_reason === 'unload' ? NO_TOKENS : ollamaUsage(line);

/** Reads the counts at the end of a whole answer. */
export function usageOfOllamaAnswer(body: Buffer): TokenUsage | undefined {
	const end = body.toString('latin1', Math.max(0, body.length - 1_024));
	if (DONE.test(end) && /"done_reason"\s*:\s*"(?:un)?load"/.test(end)) return NO_TOKENS;
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
