import { AppError } from '#libs/kernel';
import type { TokenUsage } from '#libs/metering';
import { MAX_LINE_BYTES, openAiUsage } from '#libs/providers';
import { type Edit, splice } from '../../json/splice.js';
import type { AnswerPipe, Ending } from '../client-operation.js';
import { valueAt } from '../json-pass-through.js';
import { endOfFrames, endOfObject, withoutCarriageReturns } from '../sse-frames.js';

const COMMA = 0x2c;
const USAGE = Buffer.from('"usage"');
const DONE = 'data: [DONE]';
const DONE_TIGHT = 'data:[DONE]';
/** Of a chunk without an answer; a quoted one would be escaped. */
const onlyUsage = /"choices":\s*\[\s*\]/;
/** Before the text of a frame, also of one that brings reasoning. */
const TEXT = 'content":"';

/** What a frame of text has before and behind its text: most frames of a stream differ in nothing else. */
interface Mould {
	readonly head: string;
	readonly tail: string;
}

/**
 * OpenAI's stream, byte for byte. Looks only for the frame that carries the usage (which we asked for, and which a client
 * that did not ask does not get), for errors and for the end. Bytes are looked at as characters: quick to search, and
 * positions stay.
 */
export class OpenAiStreamPassThrough implements AnswerPipe {
	usage: TokenUsage | undefined;
	pieces = 0;
	failure: AppError | undefined;
	private rest: Buffer | undefined;
	private isDone = false;
	private finished = 0;
	private mould: Mould | undefined;

	/** `hidesUsage`: we asked for the usage in every chunk, not the client. */
	constructor(
		private readonly wantsUsage: boolean,
		private readonly choices = 1,
		private readonly hidesUsage = false,
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
			rest !== undefined && isEnd(rest.toString('latin1'))
				? this.frames(Buffer.from(`${rest.toString('utf8').trimEnd()}\n\n`))
				: undefined;
		if (this.isDone) return { last, isWhole: true };
		return this.finished >= this.choices ? { last: 'data: [DONE]\n\n', isWhole: true } : { last, isWhole: false };
	}

	private frames(data: Buffer): Buffer | undefined {
		const text = data.toString('latin1');
		const edits: Edit[] = [];
		let start = 0;
		while (start < text.length) {
			const similar = endOfSimilar(text, start, this.mould);
			const end = similar ?? endOfFrame(text, start);
			if (similar !== undefined) this.pieces++;
			else if (!this.passes(text.slice(start, end))) edits.push({ start, end, bytes: '' });
			else if (this.hidesUsage) edits.push(...this.hidden(data.subarray(0, end), start));
			if (this.failure !== undefined) break;
			start = end;
		}
		const good = start === data.length ? data : data.subarray(0, start);
		const kept = splice(
			good,
			edits.filter(({ end }) => end <= good.length),
		);
		return kept.length === 0 ? undefined : kept;
	}

	/** The usage of the last chunk, as it would be without our wish: `null` where the client wants it at the end, else absent. */
	private hidden(data: Buffer, start: number): Edit[] {
		if (onlyUsage.test(data.toString('latin1', start))) return [];
		for (let key = data.indexOf(USAGE, start); key !== -1; key = data.indexOf(USAGE, key + 1)) {
			const value = valueAt(data, key + USAGE.length);
			const end = endOfObject(data, value);
			if (end === -1) continue;
			const isAbsent = !this.wantsUsage && data[key - 1] === COMMA;
			return [isAbsent ? { start: key - 1, end, bytes: '' } : { start: value, end, bytes: 'null' }];
		}
		return [];
	}

	/** Takes notice of a frame. Returns whether the client gets it; not the one in which the upstream gives up. */
	private passes(frame: string): boolean {
		if (valuesOf(frame, '"error"', '{"') > 0) {
			this.failure = new AppError(
				'upstream',
				'upstream_error',
				'The upstream reported an error in the middle of its answer',
			);
			return false;
		}
		const finishes = valuesOf(frame, '"finish_reason"', '"');
		this.finished += finishes;
		if (isEnd(frame)) {
			this.isDone = true;
			return true;
		}
		if (valuesOf(frame, '"usage"', '{') > 0 && this.readUsage(frame)) return this.wantsUsage;
		if (frame.startsWith(':') || frame.trim() === '') return true; // a comment, or nothing
		this.pieces += 1 - finishes;
		if (finishes === 0 && !this.hidesUsage) this.mould = mouldOf(frame) ?? this.mould;
		return true;
	}

	/** Returns whether the frame carries nothing but the usage. */
	private readUsage(frame: string): boolean {
		const text = Buffer.from(frame, 'latin1').toString('utf8').trim();
		try {
			const chunk = JSON.parse(text.slice(text.indexOf('{'))) as { choices?: unknown; usage?: unknown };
			this.usage = openAiUsage(chunk.usage) ?? this.usage;
			return Array.isArray(chunk.choices) && chunk.choices.length === 0;
		} catch {
			return false; // not ours to judge: it passes
		}
	}
}

/** How often `key` has a value that begins with one of `firsts`; not `null`, and not where it is no key. */
function valuesOf(frame: string, key: string, firsts: string): number {
	let count = 0;
	for (let at = frame.indexOf(key); at !== -1; at = frame.indexOf(key, at)) {
		at += key.length;
		while (frame.charCodeAt(at) <= 0x20 || frame[at] === ':') at++;
		if (at < frame.length && firsts.includes(frame[at] as string)) count++;
	}
	return count;
}

/** Behind the blank line; a single line end that is left over is a frame of nothing. */
function endOfFrame(text: string, start: number): number {
	const at = text.indexOf('\n\n', start);
	return at === -1 ? text.length : at + 2;
}

/** The end marker is a line of its own: answers may talk about it. */
const isEnd = (frame: string): boolean => hasLine(frame, DONE) || hasLine(frame, DONE_TIGHT);

function hasLine(frame: string, start: string): boolean {
	for (let at = frame.indexOf(start); at !== -1; at = frame.indexOf(start, at + 1))
		if (at === 0 || frame[at - 1] === '\n') return true;
	return false;
}

/** The end of a frame of this mould with any text that needs no closer look. */
function endOfSimilar(text: string, start: number, mould: Mould | undefined): number | undefined {
	if (mould === undefined) return undefined;
	const { head, tail } = mould;
	if (text.slice(start, start + head.length) !== head) return undefined; // three times as fast as startsWith
	const quote = text.indexOf('"', start + head.length);
	const end = quote + tail.length;
	if (quote === -1 || text[quote - 1] === '\\' || text.slice(quote, end) !== tail) return undefined;
	return end;
}

function mouldOf(frame: string): Mould | undefined {
	const at = frame.indexOf(TEXT) + TEXT.length;
	if (at < TEXT.length) return undefined;
	const quote = frame.indexOf('"', at);
	if (quote === -1 || frame[quote - 1] === '\\') return undefined;
	return { head: copied(frame.slice(0, at)), tail: copied(frame.slice(quote)) };
}

/** A part of a string keeps all of it in memory. */
const copied = (text: string): string => Buffer.from(text, 'latin1').toString('latin1');

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
