import { AppError } from '#libs/kernel';
import type { TokenUsage } from '#libs/metering';
import type { AnswerPipe, Ending } from './client-operation.js';

const OPEN = 0x7b;

/** First byte from `from` on that is neither white space nor a colon. */
export function valueAt(data: Buffer, from: number): number {
	let at = from;
	while (at < data.length && ((data[at] as number) <= 0x20 || data[at] === 0x3a)) at++;
	return at;
}

/** A whole JSON answer, passed on as it is; the usage is read from its end. */
export class JsonPassThrough implements AnswerPipe {
	usage: TokenUsage | undefined;
	pieces = 0;
	readonly failure = undefined;
	private readonly parts: Buffer[] = [];

	constructor(private readonly readUsage: (body: Buffer) => TokenUsage | undefined) {}

	feed(bytes: Buffer): undefined {
		this.parts.push(bytes);
	}

	end(): Ending {
		const body = this.parts.length === 1 ? (this.parts[0] as Buffer) : Buffer.concat(this.parts);
		if (!looksLikeObject(body))
			throw new AppError('upstream', 'upstream_garbage', 'The upstream sent something that is not JSON');
		this.usage = this.readUsage(body);
		this.pieces = 1;
		return { last: body, isWhole: true };
	}
}

const looksLikeObject = (body: Buffer): boolean => {
	let end = body.length - 1;
	while (end > 0 && (body[end] as number) <= 0x20) end--;
	return body[valueAt(body, 0)] === OPEN && body[end] === 0x7d;
};
