import { AppError } from '#libs/kernel';
import type { TokenUsage } from '#libs/metering';
import { openAiResponsesUsage, record } from '#libs/providers';
import type { AnswerContext, AnswerPipe, Ending } from '../../client-operation.js';
import { valueAt } from '../../json-pass-through.js';
import { openAiError } from '../errors.js';
import { endOfFrames, endOfObject, withoutCarriageReturns } from '../../sse-frames.js';
import { eventFrame, follow, type ResponseProgress } from './progress.js';
import { failureOf, ResponseStreamRenderer } from './render.js';

const EVENT = Buffer.from('event:');
const DATA = Buffer.from('data:');
const TYPE = Buffer.from('"type"');
const NUMBER = Buffer.from('"sequence_number"');
const USAGE = Buffer.from('"usage"');
const BLANK = Buffer.from('\n\n');

/** Events repeat the instructions and tools of the request, or hold an image. */
const MAX_FRAME_BYTES = 8 * 1_048_576;

/** The events that end a response; each may carry the usage. */
const terminal = new Set(['response.completed', 'response.incomplete', 'response.failed']);

/**
 * The stream of a response, byte for byte. Looks at the heads of frames only, and into the one that ends the answer. What an
 * upstream says of its own failure passes, too; what then is missing is added by `failed`.
 */
export class ResponseStreamPassThrough implements AnswerPipe, ResponseProgress {
	usage: TokenUsage | undefined;
	pieces = 0;
	failure: AppError | undefined;
	private rest: Buffer | undefined;
	private first: Buffer | undefined;
	private last: Buffer | undefined;
	private ended: string | undefined;
	private hasSaidError = false;

	constructor(private readonly context: AnswerContext) {
		follow(context, this);
	}

	feed(bytes: Buffer): Buffer | undefined {
		const data = withoutCarriageReturns(this.rest === undefined ? bytes : Buffer.concat([this.rest, bytes]));
		const end = endOfFrames(data);
		this.rest = end === data.length ? undefined : data.subarray(end);
		if (this.rest !== undefined && this.rest.length > MAX_FRAME_BYTES)
			throw new AppError('upstream', 'upstream_line_too_long', 'The upstream sent a line without end');
		return end === 0 ? undefined : this.frames(data.subarray(0, end));
	}

	end(): Ending {
		const { rest } = this;
		this.rest = undefined;
		// a last frame without its blank line counts when it ends the response
		const last = rest !== undefined && endsResponse(rest) ? this.frames(withBlankLine(rest)) : undefined;
		if (this.hasSaidError) this.failure ??= failed();
		return { last, isWhole: this.ended !== undefined };
	}

	failed(error: AppError): string {
		if (this.ended !== undefined) return '';
		if (this.first === undefined) return new ResponseStreamRenderer(this.context).failed(error);
		const number = this.lastNumber() + 1;
		const { code, message, param } = openAiError(error);
		const said = this.hasSaidError ? '' : eventFrame('error', number, { code, message, param });
		const response = { ...this.created(), status: 'failed', error: failureOf(error) };
		return said + eventFrame('response.failed', this.hasSaidError ? number : number + 1, { response });
	}

	private frames(data: Buffer): Buffer {
		for (let start = 0; start < data.length; ) {
			const end = data.indexOf(BLANK, start) + BLANK.length;
			this.frame(data.subarray(start, end));
			start = end;
		}
		return data;
	}

	private frame(frame: Buffer): void {
		const type = typeOf(frame);
		if (type === '') return;
		this.first ??= frame;
		this.last = frame;
		if (type.endsWith('.delta')) this.pieces++;
		else if (type === 'error') this.hasSaidError = true;
		else if (terminal.has(type)) {
			this.ended = type;
			this.usage = usageIn(frame) ?? this.usage;
			if (type === 'response.failed') this.failure = failed();
		}
	}

	/** What the upstream said of the response when it began. */
	private created(): Record<string, unknown> {
		return record(this.first === undefined ? undefined : record(dataOf(this.first)).response);
	}

	private lastNumber(): number {
		const at = this.last?.lastIndexOf(NUMBER) ?? -1;
		if (this.last === undefined || at === -1) return -1;
		const start = valueAt(this.last, at + NUMBER.length);
		const number = Number.parseInt(this.last.toString('latin1', start, start + 16), 10);
		return Number.isSafeInteger(number) ? number : -1;
	}
}

const failed = (): AppError => new AppError('upstream', 'upstream_error', 'The upstream reported that it has failed');

/** The type of a frame, by its `event:` line, else by the first `"type"` of its data; '' for comments. */
function typeOf(frame: Buffer): string {
	for (let start = 0; start < frame.length; ) {
		const end = frame.indexOf('\n', start);
		const line = frame.subarray(start, end === -1 ? frame.length : end);
		if (startsWith(line, EVENT)) return line.toString('latin1', EVENT.length).trim();
		if (startsWith(line, DATA)) return typeInData(line);
		if (end === -1) return '';
		start = end + 1;
	}
	return '';
}

function typeInData(line: Buffer): string {
	const at = line.indexOf(TYPE);
	if (at === -1) return '';
	const start = valueAt(line, at + TYPE.length) + 1;
	return line.toString('latin1', start, Math.max(start, line.indexOf('"', start)));
}

/** The data of an event; `undefined` when it is cut. */
function dataOf(frame: Buffer): unknown {
	try {
		return JSON.parse(frame.toString('utf8', frame.indexOf('{')));
	} catch {
		return undefined;
	}
}

const endsResponse = (rest: Buffer): boolean => terminal.has(typeOf(rest)) && dataOf(rest) !== undefined;
const withBlankLine = (rest: Buffer): Buffer => Buffer.from(`${rest.toString('utf8').trimEnd()}\n\n`);

const startsWith = (line: Buffer, start: Buffer): boolean => line.subarray(0, start.length).equals(start);

/** The usage of a response: behind its items, so it is looked for from the end. Strings hold quotes only escaped. */
export function usageIn(body: Buffer): TokenUsage | undefined {
	for (let at = body.lastIndexOf(USAGE); at > 0; at = body.lastIndexOf(USAGE, at - 1)) {
		const start = valueAt(body, at + USAGE.length);
		const usage = parsedUsage(body, start, endOfObject(body, start));
		if (usage !== undefined) return usage;
	}
	return undefined;
}

function parsedUsage(body: Buffer, start: number, end: number): TokenUsage | undefined {
	if (end === -1) return undefined;
	try {
		return openAiResponsesUsage(JSON.parse(body.toString('utf8', start, end)));
	} catch {
		return undefined;
	}
}
