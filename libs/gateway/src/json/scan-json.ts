import { isUtf8 } from 'node:buffer';
import { AppError } from '#libs/kernel';

export interface JsonLimits {
	readonly depth: number;
	/** Members of all objects together. */
	readonly keys: number;
	/** Items of one array. */
	readonly items: number;
}

export const DEFAULT_JSON_LIMITS: JsonLimits = Object.freeze({ depth: 64, keys: 10_000, items: 10_000 });

/** Where a top-level member stands in the body: `start` and `end` of its value, in bytes. */
export interface Span {
	readonly start: number;
	readonly end: number;
}

export interface ScannedJson {
	readonly value: Readonly<Record<string, unknown>>;
	/** Of the top-level members, for splicing into the original bytes. */
	readonly spans: ReadonlyMap<string, Span>;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;
const SPACE = 0x20;

const refuse = (code: string, message: string): AppError => new AppError('invalid', code, message);

/**
 * Reads a JSON object once: checks encoding, depth and sizes in one pass over the bytes (strings are skipped natively),
 * notes where the top-level values stand, then parses.
 * @throws AppError invalid: `invalid_encoding`, `invalid_json`, `too_deep`, `too_many_keys`, `too_many_items`, `duplicate_field`
 */
export function scanJson(body: Buffer, limits: JsonLimits = DEFAULT_JSON_LIMITS): ScannedJson {
	if (body.length === 0) throw refuse('invalid_json', 'The body is empty: send a JSON object');
	if (!isUtf8(body)) throw refuse('invalid_encoding', 'The body is not valid UTF-8');
	const spans = new Scanner(body, limits).topLevelSpans();
	return { value: parseObject(body), spans };
}

function parseObject(body: Buffer): Record<string, unknown> {
	let value: unknown;
	try {
		value = JSON.parse(body.toString('utf8'));
	} catch (error) {
		throw refuse('invalid_json', `The body is not valid JSON: ${parserMessage(error)}`);
	}
	if (value === null || typeof value !== 'object' || Array.isArray(value))
		throw refuse('invalid_json', 'The body must be a JSON object');
	return value as Record<string, unknown>;
}

/** The position without the quoted piece of the body, which may hold what must not be echoed. */
const parserMessage = (error: unknown): string =>
	/at position \d+|Unexpected end/.exec(error instanceof Error ? error.message : '')?.[0] ?? 'syntax error';

/** Sound for valid JSON; on anything else it may see nonsense, which the parser then refuses. */
class Scanner {
	private readonly spans = new Map<string, Span>();
	private readonly items: number[] = [];
	private depth = 0;
	private keys = 0;
	private key: string | undefined;
	private valueStart = 0;
	private lastByte = 0; // end of the last byte that is no white space

	constructor(
		private readonly body: Buffer,
		private readonly limits: JsonLimits,
	) {}

	topLevelSpans(): ReadonlyMap<string, Span> {
		const { body } = this;
		for (let at = 0; at < body.length; at++) {
			const byte = body[at] as number;
			if (byte <= SPACE) continue;
			if (byte === QUOTE) at = this.string(at);
			else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.open();
			else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) this.close();
			else if (byte === COMMA) this.comma();
			else if (byte === COLON) this.colon(at);
			this.lastByte = at + 1;
		}
		return this.spans;
	}

	/** Returns the position of the closing quote. */
	private string(start: number): number {
		const { body } = this;
		let end = body.indexOf(QUOTE, start + 1);
		while (end !== -1 && isEscaped(body, end)) end = body.indexOf(QUOTE, end + 1);
		if (end === -1) throw refuse('invalid_json', 'The body is not valid JSON: a string does not end');
		if (this.depth === 1 && this.key === undefined) this.key = decodeKey(body.subarray(start, end + 1));
		return end;
	}

	private open(): void {
		this.items[this.depth] = 0;
		if (++this.depth > this.limits.depth)
			throw refuse('too_deep', `The body is nested deeper than ${this.limits.depth} levels`);
	}

	private close(): void {
		if (this.depth === 1) this.endMember();
		this.depth--;
	}

	private comma(): void {
		const level = this.depth - 1;
		const count = (this.items[level] ?? 0) + 1;
		this.items[level] = count;
		if (count >= this.limits.items)
			throw refuse('too_many_items', `The body holds a list of more than ${this.limits.items} items`);
		if (this.depth === 1) this.endMember();
	}

	private colon(at: number): void {
		if (++this.keys > this.limits.keys)
			throw refuse('too_many_keys', `The body holds more than ${this.limits.keys} keys`);
		if (this.depth === 1) this.valueStart = at + 1;
	}

	private endMember(): void {
		if (this.key === undefined) return;
		if (this.spans.has(this.key)) throw duplicate(this.key);
		this.spans.set(this.key, { start: this.valueStart, end: this.lastByte });
		this.key = undefined;
	}
}

const duplicate = (key: string): AppError =>
	new AppError('invalid', 'duplicate_field', `The field ${JSON.stringify(key.slice(0, 64))} occurs twice`, {
		param: key.slice(0, 64),
	});

function isEscaped(body: Buffer, quote: number): boolean {
	let backslashes = 0;
	while (body[quote - 1 - backslashes] === BACKSLASH) backslashes++;
	return backslashes % 2 === 1;
}

function decodeKey(quoted: Buffer): string {
	if (!quoted.includes(BACKSLASH)) return quoted.toString('utf8', 1, quoted.length - 1);
	try {
		return JSON.parse(quoted.toString('utf8')) as string;
	} catch {
		throw refuse('invalid_json', 'The body is not valid JSON: a key has a bad escape');
	}
}

/** As Go's decoder compares keys: also the long s and the Kelvin sign are letters there. */
const fold = (key: string): string => key.toLowerCase().toUpperCase();

/**
 * Refuses keys that a case-insensitive upstream would read as one of `known`, though we do not.
 * @throws AppError invalid `duplicate_field`
 */
export function refuseLookalikes(spans: ReadonlyMap<string, Span>, known: ReadonlyMap<string, string>): void {
	for (const key of spans.keys()) {
		const meant = known.get(fold(key));
		if (meant !== undefined && meant !== key) throw duplicate(key);
	}
}

/** The keys a route reads, folded, for `refuseLookalikes`. */
export const foldedKeys = (keys: readonly string[]): ReadonlyMap<string, string> =>
	new Map(keys.map((key) => [fold(key), key]));
