import type { z } from 'zod';

/** What the document says of a route that is registered on Fastify itself, as `config.document`. */
export interface DialectOperation {
	readonly tag: string;
	readonly summary: string;
	readonly body?: z.ZodType;
	/** Of a 200. */
	readonly response?: z.ZodType;
	/** What a streamed 200 is, such as `text/event-stream`. */
	readonly streamType?: string;
}
