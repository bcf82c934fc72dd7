import type { FastifyRequest } from 'fastify';
import type { Principal } from '#libs/access';
import type { ClientOperation, RawCall } from '#libs/gateway';

/** A request of a dialect as the pipeline reads it; its caller is proven. */
export const rawCallOf = (request: FastifyRequest, operation: ClientOperation): RawCall => ({
	principal: request.principal as Principal,
	requestId: request.id,
	operation,
	forwarded: forwardedOf(request, operation),
	body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
	receivedAt: performance.now(),
});

const NOTHING: Readonly<Record<string, string>> = Object.freeze({});

function forwardedOf(
	{ headers }: FastifyRequest,
	{ forwardedHeaders }: ClientOperation,
): Readonly<Record<string, string>> {
	if (forwardedHeaders.length === 0) return NOTHING;
	const forwarded: Record<string, string> = {};
	for (const name of forwardedHeaders) {
		const value = headers[name];
		if (typeof value === 'string') forwarded[name] = value;
	}
	return forwarded;
}
