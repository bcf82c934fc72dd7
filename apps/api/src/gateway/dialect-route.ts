import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Permission } from '#libs/access';

/** A route of a dialect: not in Nest's pipeline, but guarded, logged and documented like a controller's. */
export interface DialectRoute {
	readonly method: 'GET' | 'POST';
	/** Below each of the dialect's prefixes. */
	readonly path: string;
	readonly prefixes: readonly string[];
	readonly requires: Permission;
	readonly tag: string;
	readonly summary: string;
	readonly body?: z.ZodType;
	readonly response: z.ZodType;
	/** Media type of the answer when it is streamed. */
	readonly streamType?: string;
	handle(request: FastifyRequest, reply: FastifyReply): unknown;
}
