import type { IncomingHttpHeaders } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '#libs/config';
import type { Logs } from '#libs/telemetry';
import { answerClientError } from './client-errors.js';
import { ErrorReply, requestIdFrom } from './error-reply.js';
import { setStandardHeaders } from './standard-headers.js';

/** How patient the public port is, and how much it takes. Times in milliseconds, sizes in bytes. */
export interface EdgeLimits {
	/** Until the headers of a request are there. */
	readonly headersTimeout: number;
	/** Until a request is there with its body; answers may take as long as they like. */
	readonly requestTimeout: number;
	readonly checkEvery: number;
	readonly headerBytes: number;
	/** Of the platform API; dialect routes set their own. */
	readonly bodyBytes: number;
}

export const DEFAULT_LIMITS: EdgeLimits = Object.freeze({
	headersTimeout: 10_000,
	requestTimeout: 28_000,
	checkEvery: 1_000,
	headerBytes: 16_384,
	bodyBytes: 1_048_576,
});

const KEEP_ALIVE_MS = 65_000; // longer than the usual 60 s of load balancers

/** The HTTP server below Nest. */
export function edgeAdapter(config: Config, logs: Logs, limits: EdgeLimits): FastifyAdapter {
	const errors = new ErrorReply(logs);
	const isSecure = config.http.PUBLIC_URL.startsWith('https:');
	return new FastifyAdapter({
		skipMiddie: true, // no Nest middleware anywhere
		logger: false,
		trustProxy: config.http.TRUSTED_PROXIES.length === 0 ? false : [...config.http.TRUSTED_PROXIES],
		bodyLimit: limits.bodyBytes,
		requestTimeout: limits.requestTimeout,
		keepAliveTimeout: KEEP_ALIVE_MS,
		forceCloseConnections: true, // streams are given their time by the drain, before the application closes
		return503OnClosing: false,
		http: {
			headersTimeout: limits.headersTimeout,
			connectionsCheckingInterval: limits.checkEvery,
			maxHeaderSize: limits.headerBytes,
			joinDuplicateHeaders: true, // a second credential or type must be seen, and makes the header invalid
		},
		routerOptions: { maxParamLength: 512 },
		genReqId: (raw: { readonly headers: IncomingHttpHeaders }) => requestIdFrom(raw.headers['x-request-id']),
		clientErrorHandler: answerClientError,
		frameworkErrors: (error: Error, rawRequest: unknown, rawReply: unknown) => {
			const [request, reply] = [rawRequest as FastifyRequest, rawReply as FastifyReply]; // generic over routes there
			setStandardHeaders(reply.raw, request.id, isSecure);
			errors.send(error, request, reply);
		},
	});
}
