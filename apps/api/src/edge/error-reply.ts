import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type AppError, errorClassOf, newId } from '#libs/kernel';
import { captureBug, Logs } from '#libs/telemetry';
import { appErrorOf } from './app-error-of.js';
import { errorBody, errorHeaders, statusFor } from './error-body.js';
import { shapeOf } from './shape.js';

/** An answered error, ready for the wire. */
export interface ErrorAnswer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
}

/** Answers errors: the one place where a fault becomes a status and a body, and a bug is reported. */
@Injectable()
export class ErrorReply {
	constructor(private readonly logs: Logs) {}

	/** What to answer; reports bugs. Also for routes that write to the socket themselves. */
	answer(thrown: unknown, request: FastifyRequest): ErrorAnswer {
		const error = appErrorOf(thrown);
		request.errorCode = loggable.test(error.code) ? error.code : 'other'; // an upstream's code may be anything
		request.errorClass = errorClassOf(error.code, error.fault);
		const shape = shapeOf(request.raw.url ?? '/', request.headers);
		const eventId = error.fault === 'bug' ? this.report(error, request) : undefined;
		if (error.fault === 'unavailable') this.warn(error, request);
		return {
			status: statusFor(shape, error),
			headers: { 'content-type': 'application/json; charset=utf-8', ...errorHeaders(shape, error) },
			body: JSON.stringify(errorBody(shape, error, request.id, eventId)),
		};
	}

	send(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
		if (reply.raw.headersSent || reply.raw.destroyed) {
			this.answer(thrown, request);
			reply.raw.destroy();
			return;
		}
		const { status, headers, body } = this.answer(thrown, request);
		if (status === 413 && isWorthReading(request)) void reply.removeHeader('connection');
		void reply.code(status).headers(headers).send(body);
	}

	private report(error: AppError, request: FastifyRequest): string | undefined {
		const organizationId = request.scope?.organizationId;
		const cause = error.code === 'internal_error' ? error.cause : error;
		const where = request.routeOptions.url;
		const eventId = captureBug(cause, { requestId: request.id, organizationId, where });
		this.logs.logger.error({ err: cause, requestId: request.id, organizationId, where, eventId }, 'bug');
		return eventId;
	}

	private warn(error: AppError, request: FastifyRequest): void {
		this.logs.logger.warn({ err: error.cause ?? error, requestId: request.id }, 'answered "unavailable"');
	}
}

const LINGER_FACTOR = 4;

/**
 * A body that is some times too large is read to its end and thrown away: were the connection closed below a client that is
 * still sending, it would see a broken pipe instead of the answer.
 */
function isWorthReading({ headers, routeOptions }: FastifyRequest): boolean {
	const announced = Number(headers['content-length'] ?? Number.NaN);
	return announced <= LINGER_FACTOR * (routeOptions.bodyLimit ?? 0);
}

const loggable = /^[\w.-]{1,64}$/;
const acceptable = /^[\w-]{8,64}$/;

/** The caller's request id when it is harmless, else a new one. */
export const requestIdFrom = (header: string | string[] | undefined): string =>
	typeof header === 'string' && acceptable.test(header) ? header : newId();
