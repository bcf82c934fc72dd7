import { AppError } from '#libs/kernel';
import type { TokenUsage } from '#libs/metering';
import { MAX_LINE_BYTES, openAiUsage } from '#libs/providers';
import type { AnswerPipe, Ending } from '../client-operation.js';
import { valueAt } from '../json-pass-through.js';
import { endOfFrames, endOfObject, withoutCarriageReturns } from '../sse-frames.js';

const LF = 0x0a;
const QUOTE = 0x22;
const COLON = 0x3a;
const OPEN = 0x7b;
const USAGE = Buffer.from('"usage"');
const DONE = Buffer.from('data: [DONE]');
const DONE_TIGHT = Buffer.from('data:[DONE]');
const FINISH = Buffer.from('"finish_reason"');
const ERROR = Buffer.from('"error"');

/**
 * OpenAI's stream, byte for byte. Looks only for the frame that carries the usage (which we asked for, and which a client
 * that did not ask does not get) and for the end.
 */
export class OpenAiStreamPassThrough implements AnswerPipe {
	usage: TokenUsage | undefined;
	pieces = 0;
	failure: AppError | undefined;
	private rest: Buffer | undefined;
	private isDone = false;
	private finished = 0;

	constructor(
		private readonly wantsUsage: boolean,
		private readonly choices = 1,
	) {}

	feed(bytes: Buffer): Buffer | undefined {
		const data = withoutCarriageReturns(this.rest === undefined ? bytes : Buffer.concat([this.rest, bytes]));
		const end = endOfFrames(data);
		this.rest = end === data.length ? undefined : data.subarray(end);
		if (this.rest !== undefined && this.rest.length > MAX_LINE_BYTES)
			throw new AppError('upstream', 'upstream_line_too_long', 'The upstream sent a line without end');
		return end === 0 ? undefined : this.frames(data.subarray(0, end));
	}

	end(): Ending {
		const rest = this.rest;
		this.rest = undefined;
		// a last frame without its blank line counts when it is the end marker
		const last =
			rest !== undefined && isEnd(rest)
				? this.frames(Buffer.from(`${rest.toString('utf8').trimEnd()}\n\n`))
				: undefined;
		if (this.isDone) return { last, isWhole: true };
		return this.finished >= this.choices ? { last: 'data: [DONE]\n\n', isWhole: true } : { last, isWhole: false };
	}

	private frames(all: Buffer): Buffer | undefined {
		const data = this.beforeError(all);
		const finishes = finishesIn(data);
		this.finished += finishes;
		this.pieces += framesIn(data) - finishes;
		if (isEnd(data)) {
			this.isDone = true;
			this.pieces--;
		}
		const unwanted: Span[] = [];
		for (let at = data.indexOf(USAGE); at !== -1; at = data.indexOf(USAGE, at + 1)) {
			const value = valueAt(data, at + USAGE.length);
			if (data[value] !== OPEN) continue; // null in all chunks but one
			const frame = frameAround(data, at);
			const isOnlyUsage = this.readUsage(data.subarray(frame.start, frame.end));
			if (isOnlyUsage) this.pieces--;
			if (isOnlyUsage && !this.wantsUsage) unwanted.push(frame);
			at = frame.end - 1;
			if (at >= data.length - 1) break;
		}
		const kept = unwanted.length === 0 ? data : without(data, unwanted);
		return kept.length === 0 ? undefined : kept;
	}

	/** What came before a frame in which the upstream gives up; the client gets our error frame instead of the upstream's. */
	private beforeError(data: Buffer): Buffer {
		for (let at = data.indexOf(ERROR); at !== -1; at = data.indexOf(ERROR, at + 1)) {
			const value = data[valueAt(data, at + ERROR.length)];
			if (value !== OPEN && value !== QUOTE) continue; // null, or not a key
			this.failure = new AppError(
				'upstream',
				'upstream_error',
				'The upstream reported an error in the middle of its answer',
			);
			return data.subarray(0, frameAround(data, at).start);
		}
		return data;
	}

	/** Returns whether the frame carries nothing but the usage. */
	private readUsage(frame: Buffer): boolean {
		const text = frame.toString('utf8').trim();
		try {
			const chunk = JSON.parse(text.slice(text.indexOf('{'))) as { choices?: unknown; usage?: unknown };
			this.usage = openAiUsage(chunk.usage) ?? this.usage;
			return Array.isArray(chunk.choices) && chunk.choices.length === 0;
		} catch {
			return false; // not ours to judge: it passes
		}
	}
}

/** The end marker is a line of its own: answers may talk about it. */
const isEnd = (data: Buffer): boolean => hasLine(data, DONE) || hasLine(data, DONE_TIGHT);

function hasLine(data: Buffer, start: Buffer): boolean {
	for (let at = data.indexOf(start); at !== -1; at = data.indexOf(start, at + 1))
		if (at === 0 || data[at - 1] === LF) return true;
	return false;
}

/** Frames that are no comments. */
function framesIn(data: Buffer): number {
	let count = 0;
	for (let start = 0, end = data.indexOf('\n\n'); end !== -1; start = end + 2, end = data.indexOf('\n\n', start))
		if (data[start] !== COLON) count++;
	return count;
}

/** How many choices say why they ended. */
function finishesIn(data: Buffer): number {
	let count = 0;
	for (let at = data.indexOf(FINISH); at !== -1; at = data.indexOf(FINISH, at + 1))
		if (data[valueAt(data, at + FINISH.length)] === QUOTE) count++;
	return count;
}

interface Span {
	readonly start: number;
	readonly end: number;
}

function frameAround(data: Buffer, at: number): Span {
	const before = data.lastIndexOf('\n\n', at);
	const after = data.indexOf('\n\n', at);
	return { start: before === -1 ? 0 : before + 2, end: after === -1 ? data.length : after + 2 };
}

function without(data: Buffer, spans: readonly Span[]): Buffer {
	const edges = [0, ...spans.flatMap(({ start, end }) => [start, end]), data.length];
	const kept = edges.flatMap((start, at) => (at % 2 === 0 ? [data.subarray(start, edges[at + 1])] : []));
	return Buffer.concat(kept);
}

/** The last `"usage":{…}` of an answer: usage stands behind the content, and a quoted one inside it would be escaped. */
export function usageOfOpenAiAnswer(body: Buffer): TokenUsage | undefined {
	const at = body.lastIndexOf(USAGE);
	if (at === -1) return undefined;
	const start = valueAt(body, at + USAGE.length);
	const end = endOfObject(body, start);
	if (end === -1) return undefined;
	try {
		return openAiUsage(JSON.parse(body.toString('utf8', start, end)));
	} catch {
		return undefined;
	}
}
