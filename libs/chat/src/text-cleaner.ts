/**
 * Makes a stream of text storable on its way in, so that what clients see and what is kept are the same: U+0000 and lone
 * surrogates become U+FFFD. A pair that was cut in two between pieces is put together again: its first half waits.
 */
export class TextCleaner {
	private held = '';

	/** What of the text is certain now. */
	push(piece: string): string {
		const text = this.held + piece;
		const isCut = isHighSurrogate(text.charCodeAt(text.length - 1));
		this.held = isCut ? text.slice(-1) : '';
		return clean(isCut ? text.slice(0, -1) : text);
	}

	/** The text is over: what was waiting for its other half. */
	end(): string {
		const rest = clean(this.held);
		this.held = '';
		return rest;
	}
}

const isHighSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;
const clean = (text: string): string => text.toWellFormed().replaceAll('\u0000', '\uFFFD');
