import { AppError } from '#libs/kernel';
import type { TokenUsage } from '#libs/metering';
import { anthropicUsage, MAX_LINE_BYTES } from '#libs/providers';
import type { AnswerPipe, Ending } from '../client-operation.js';
import { valueAt } from '../json-pass-through.js';
import { endOfFrames, endOfObject, withoutCarriageReturns } from '../sse-frames.js';
import { errorOfEvent } from './errors.js';

const LF = 0x0a;
const COLON = 0x3a;
const SPACE = 0x20;
const BLANK_LINE = Buffer.from('\n\n');
const EVENT = Buffer.from('event:');
const DATA = Buffer.from('data:');
const USAGE = Buffer.from('"usage"');

/**
 * Anthropic's stream, byte for byte. Reads the names of the events, and the data of the two that carry usage only;
 * `message_stop` makes an answer whole, nothing else does.
 */
export class AnthropicStreamPassThrough implements AnswerPipe {
	pieces = 0;
	failure: AppError | undefined;
	private rest: Buffer | undefined;
	private opening: unknown;
	private closing: unknown;
	private isDone = false;

	/** Until the end is told, the pieces count as output: `message_start` knows of one token only. */
	get usage(): TokenUsage | undefined {
		const usage = anthropicUsage(this.opening, this.closing);
		if (usage === undefined || this.closing !== undefined) return usage;
		return { ...usage, output: Math.max(usage.output, this.pieces) };
	}

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
		// a last frame without its blank line counts when it is the end
		const isLast = rest !== undefined && jsonOf(rest, startOfEvent(rest, 0), rest.length)?.type === 'message_stop';
		const last = isLast ? this.frames(Buffer.concat([rest.subarray(0, trimmedLength(rest)), BLANK_LINE])) : undefined;
		return { last, isWhole: this.isDone };
	}

	/** What of whole frames the client gets: all before a frame in which the upstream gives up. */
	private frames(data: Buffer): Buffer | undefined {
		let start = 0;
		for (let end = data.indexOf(BLANK_LINE); end !== -1; end = data.indexOf(BLANK_LINE, start)) {
			if (!this.frame(data, start, end)) return start === 0 ? undefined : data.subarray(0, start);
			start = end + 2;
		}
		return data;
	}

	/** Returns whether it goes on. */
	private frame(data: Buffer, start: number, end: number): boolean {
		const at = startOfEvent(data, start);
		switch (at < end ? nameIn(data, at) : '') {
			case 'content_block_delta':
				this.pieces++;
				return true;
			case 'message_start':
				this.opening = (jsonOf(data, at, end)?.message as { usage?: unknown } | undefined)?.usage;
				return true;
			case 'message_delta':
				this.closing = jsonOf(data, at, end)?.usage ?? this.closing;
				return true;
			case 'message_stop':
				this.isDone = true;
				return true;
			case 'error':
				this.failure = errorOfEvent(textOfData(data, at, end));
				return false;
			default:
				return true;
		}
	}
}

/** Where a frame's `event:` line begins: behind comments. */
function startOfEvent(data: Buffer, start: number): number {
	let at = start;
	while (data[at] === COLON || data[at] === LF) {
		const line = data.indexOf(LF, at);
		if (line === -1) return data.length;
		at = line + 1;
	}
	return at;
}

/** The event's name; '' where the line is another. */
function nameIn(data: Buffer, at: number): string {
	if (!data.subarray(at, at + EVENT.length).equals(EVENT)) return '';
	const start = at + EVENT.length + (data[at + EVENT.length] === SPACE ? 1 : 0);
	const end = data.indexOf(LF, start);
	return data.toString('latin1', start, Math.min(end === -1 ? data.length : end, start + 32)).trimEnd();
}

function textOfData(data: Buffer, from: number, end: number): string {
	const at = data.indexOf(DATA, from);
	return at === -1 || at >= end ? '' : data.toString('utf8', at + DATA.length, end);
}

function jsonOf(data: Buffer, from: number, end: number): Record<string, unknown> | undefined {
	try {
		return JSON.parse(textOfData(data, from, end)) as Record<string, unknown>;
	} catch {
		return undefined; // not ours to judge: it passes
	}
}

const trimmedLength = (rest: Buffer): number => (rest.at(-1) === LF ? rest.length - 1 : rest.length);

/**
 * The usage of a whole message. It stands at the end as a rule, but a tool's input, which is an object here, may have a
 * member of that name: only one at the top counts.
 */
export function usageOfAnthropicAnswer(body: Buffer): TokenUsage | undefined {
	const at = body.lastIndexOf(USAGE);
	if (at === -1) return undefined;
	const start = valueAt(body, at + USAGE.length);
	const end = endOfObject(body, start);
	const near = end === -1 ? undefined : atTop(body, start, end);
	try {
		return anthropicUsage(near ?? (JSON.parse(body.toString('utf8')) as { usage?: unknown }).usage);
	} catch {
		return undefined;
	}
}

/** The object between `start` and `end`, if what follows it closes just the message. */
function atTop(body: Buffer, start: number, end: number): unknown {
	try {
		JSON.parse(`{"usage":0${body.toString('utf8', end)}`);
		return JSON.parse(body.toString('utf8', start, end));
	} catch {
		return undefined;
	}
}
