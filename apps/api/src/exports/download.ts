import { Readable } from 'node:stream';
import { applyDecorators, HttpCode, StreamableFile } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { create } from 'content-disposition';

export interface Download {
	/** Any text: it is encoded for the header. */
	readonly name: string;
	readonly contentType: string;
	readonly chunks: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;
}

/** A file that browsers save instead of showing it. */
export const download = ({ name, contentType, chunks }: Download): StreamableFile =>
	new StreamableFile(Readable.from(chunks, { objectMode: false }), { type: contentType, disposition: create(name) });

/** The route answers with a file, without the envelope. */
export const RespondsFile = (description: string): MethodDecorator =>
	applyDecorators(
		HttpCode(200),
		ApiResponse({
			status: 200,
			description,
			content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
		}),
	);

/** The route answers with server-sent events. */
export const RespondsEvents = (description: string, example: string): MethodDecorator =>
	applyDecorators(
		HttpCode(200),
		ApiResponse({
			status: 200,
			description,
			content: { 'text/event-stream': { schema: { type: 'string' }, example } },
		}),
	);
