import { AppError } from '#libs/kernel';

const LF = 0x0a;
const CR = 0x0d;
/** Longer lines are an attack or a mistake. */
export const MAX_LINE_BYTES = 1_048_576;

/** Cuts a byte stream into lines ending in LF or CRLF; keeps what is incomplete. Characters are never cut in half. */
export class Lines {
	private rest: Buffer | undefined;

	constructor(private readonly onLine: (line: string) => void) {}

	/** @throws AppError upstream when a line exceeds `MAX_LINE_BYTES`. */
	feed(bytes: Buffer): void {
		const data = this.rest === undefined ? bytes : Buffer.concat([this.rest, bytes]);
		this.rest = undefined;
		let start = 0;
		for (let end = data.indexOf(LF, start); end !== -1; end = data.indexOf(LF, start)) {
			this.onLine(data.toString('utf8', start, end > start && data[end - 1] === CR ? end - 1 : end));
			start = end + 1;
		}
		if (start === data.length) return;
		if (data.length - start > MAX_LINE_BYTES)
			throw new AppError('upstream', 'upstream_line_too_long', 'The upstream sent a line without end');
		this.rest = data.subarray(start);
	}

	/** What came after the last line end, if anything. */
	end(): void {
		const rest = this.rest;
		this.rest = undefined;
		if (rest !== undefined) this.onLine(rest.toString('utf8'));
	}
}

/** Parses one JSON object that an upstream sent. @throws AppError upstream */
export function parseUpstreamJson(text: string): Record<string, unknown> {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (cause) {
		throw new AppError('upstream', 'upstream_garbage', 'The upstream sent something that is not JSON', { cause });
	}
	if (value === null || typeof value !== 'object' || Array.isArray(value))
		throw new AppError('upstream', 'upstream_garbage', 'The upstream sent something that is not a JSON object');
	return value as Record<string, unknown>;
}

/** A token count as upstreams report it: a whole number from 0 on; anything else means that it was not reported. */
export const tokenCount = (value: unknown): number | undefined =>
	typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= 1_000_000_000 ? value : undefined;

export const record = (value: unknown): Record<string, unknown> =>
	value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
