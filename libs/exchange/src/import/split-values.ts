/** The bytes of one value; or only how many there were, where there were more than may be. */
export type SplitValue = { readonly bytes: Buffer } | { readonly tooLarge: number };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/**
 * Cuts a JSON list into its items, and anything else into the objects that follow one another (lines of JSON, or one document):
 * a value is in memory at a time, and at most `maxBytes` of it. Only brackets and strings are looked at; whether a value is JSON,
 * its parser says.
 */
export async function* splitValues(chunks: AsyncIterable<Uint8Array>, maxBytes: number): AsyncIterable<SplitValue> {
	const splitter = new Splitter(maxBytes);
	for await (const chunk of chunks) yield* splitter.push(chunk);
	yield* splitter.end();
}

class Splitter {
	private pieces: Uint8Array[] = [];
	private size = 0;
	private depth = 0;
	private isInString = false;
	private isEscaped = false;
	/** Whether the document is a list, whose items are the values. `undefined`: nothing came yet. */
	private isList: boolean | undefined;

	constructor(private readonly maxBytes: number) {}

	*push(chunk: Uint8Array): Iterable<SplitValue> {
		let from = 0;
		for (let at = 0; at < chunk.length; at++) {
			const byte = chunk[at] as number;
			if (this.isInString) {
				this.passString(byte);
				continue;
			}
			if (this.depth === 0 && this.isBetween(byte)) {
				this.take(chunk.subarray(from, at));
				if (this.size > 0) yield this.value();
				from = at + 1;
				continue;
			}
			if (byte === QUOTE) this.isInString = true;
			else if (byte === OPEN_LIST || byte === OPEN_OBJECT) this.depth += 1;
			else if ((byte === CLOSE_LIST || byte === CLOSE_OBJECT) && this.depth > 0) {
				this.depth -= 1;
				if (this.depth > 0) continue;
				this.take(chunk.subarray(from, at + 1));
				yield this.value();
				from = at + 1;
			}
		}
		this.take(chunk.subarray(from));
	}

	*end(): Iterable<SplitValue> {
		if (this.size > 0) yield this.value();
	}

	/** What separates values, and the brackets of the list itself. */
	private isBetween(byte: number): boolean {
		if (isSpace(byte) || byte === 0xef || byte === 0xbb || byte === 0xbf) return true; // a byte order mark, too
		if (this.isList === undefined) {
			this.isList = byte === OPEN_LIST;
			return this.isList;
		}
		return byte === COMMA || (this.isList && byte === CLOSE_LIST);
	}

	private passString(byte: number): void {
		if (this.isEscaped) this.isEscaped = false;
		else if (byte === BACKSLASH) this.isEscaped = true;
		else if (byte === QUOTE) this.isInString = false;
	}

	private take(piece: Uint8Array): void {
		if (piece.length === 0) return;
		this.size += piece.length;
		if (this.size <= this.maxBytes) this.pieces.push(Buffer.from(piece));
		else this.pieces = [];
	}

	private value(): SplitValue {
		const value =
			this.size > this.maxBytes ? { tooLarge: this.size } : { bytes: Buffer.concat(this.pieces, this.size) };
		this.pieces = [];
		this.size = 0;
		return value;
	}
}
