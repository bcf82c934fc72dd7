import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Permission } from '#libs/access';
import type { DialectOperation } from '../edge/dialect-operation.js';

/** A route of a dialect: not in Nest's pipeline, but guarded, logged and documented like a controller's. */
export interface DialectRoute extends DialectOperation {
	readonly method: 'GET' | 'HEAD' | 'POST' | 'DELETE';
	/** Below each of the dialect's prefixes. */
	readonly path: string;
	readonly prefixes: readonly string[];
	readonly requires: Permission;
	/** The body is a stream, of a size that the handler limits; else it is there as bytes. */
	readonly isBodyStreamed?: boolean;
	handle(request: FastifyRequest, reply: FastifyReply): unknown;
}
