import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { Config } from '#libs/config';
import type { Telemetry } from '#libs/telemetry';
import { accessHook } from './access.js';
import { refusal } from './app-error-of.js';
import type { Authenticator } from './authenticator.js';
import { Cors } from './cors.js';
import { ErrorReply } from './error-reply.js';
import './request.js';
import { RequestsInFlight } from './requests-in-flight.js';
import { shapeOf } from './shape.js';

const MAX_URL = 8_192;
const CLIENT_GONE = 499;

type Done = (error?: Error) => void;

/** Dialects read any body as JSON, whatever its type says; Fastify would refuse a malformed type before it asks a parser. */
function takeAnyType({ headers }: FastifyRequest, _reply: FastifyReply, done: Done): void {
	const type = headers['content-type'];
	if (type !== undefined && type !== 'application/json') headers['content-type'] = 'application/octet-stream';
	done();
}

/** Headers of every answer, hijacked ones too: they are set on the raw response, and a later `writeHead` may replace them. */
export function setStandardHeaders(raw: ServerResponse, requestId: string, isSecure: boolean): void {
	raw.setHeader('x-request-id', requestId);
	raw.setHeader('request-id', requestId);
	raw.setHeader('cache-control', 'no-store');
	raw.setHeader('x-content-type-options', 'nosniff');
	raw.setHeader('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
	raw.setHeader('referrer-policy', 'no-referrer');
	if (isSecure) raw.setHeader('strict-transport-security', 'max-age=31536000; includeSubDomains');
}

/**
 * What every request passes, before and after its route: ids, headers, CORS; one log line and one measurement at the end.
 * Synchronous and sparing: the dialect routes live on what this leaves.
 */
export class EdgeHooks {
	private readonly cors: Cors;
	private readonly isSecure: boolean;
	private readonly errors: ErrorReply;
	/** For the drain: what it waits for. */
	readonly inFlight = new RequestsInFlight();
	/** While draining, connections end with their answer. */
	isDraining = false;

	constructor(
		config: Config,
		private readonly telemetry: Telemetry,
		private readonly authenticator: () => Authenticator,
	) {
		this.errors = new ErrorReply(telemetry.logs);
		this.cors = new Cors(config.http.CORS_ORIGINS);
		this.isSecure = config.http.PUBLIC_URL.startsWith('https:');
	}

	/** Before the first route is registered. */
	install(instance: FastifyInstance): void {
		instance.decorateRequest('principal', null);
		instance.decorateRequest('scope', null);
		instance.decorateRequest('rawBody', null);
		instance.decorateRequest('errorCode', null);
		instance.decorateRequest('startedAt', 0);
		instance.addHook('onRequest', (request, reply, done) => this.arrived(request, reply, done));
		instance.addHook('onResponse', (request, reply, done) => {
			if (request.is404) this.answered(request, reply, 'unmatched');
			done();
		});
	}

	/** Adds the route's own hooks: who may call it, and how it is named in logs and metrics. */
	extend(route: RouteOptions): void {
		const { url } = route;
		const own = shapeOf(url, {}) === 'envelope' ? [] : [takeAnyType];
		route.onRequest = [accessHook(route.config?.access, this.authenticator), ...own, ...[route.onRequest ?? []].flat()];
		// Nest installs its own handler after the first routes exist, which therefore would not have it
		route.errorHandler ??= (error, request, reply) => this.errors.send(error, request, reply);
		route.onResponse = [
			(request: FastifyRequest, reply: FastifyReply, done: Done) => {
				this.answered(request, reply, url);
				done();
			},
			...[route.onResponse ?? []].flat(),
		] as RouteOptions['onResponse'];
	}

	private arrived(request: FastifyRequest, reply: FastifyReply, done: Done): void {
		request.startedAt = performance.now();
		this.inFlight.add(reply.raw);
		setStandardHeaders(reply.raw, request.id, this.isSecure);
		if (this.isDraining) reply.raw.setHeader('connection', 'close');
		if (!this.cors.isOff && this.cors.answer(request, reply)) return;
		if ((request.raw.url ?? '').length > MAX_URL) return done(refusal(414));
		if (request.is404) return done(refusal(404)); // before a body is read; the filter says what exactly is missing
		done();
	}

	private answered(request: FastifyRequest, reply: FastifyReply, route: string): void {
		const durationMs = performance.now() - request.startedAt;
		const { statusCode } = reply.raw;
		const isAborted = !reply.raw.writableFinished;
		this.telemetry.metrics.httpRequest(request.method, route, isAborted ? CLIENT_GONE : statusCode, durationMs);
		const { scope, errorCode } = request;
		// each of these is ours, or was checked: nothing to escape
		let fields = `"requestId":"${request.id}","method":"${request.method}","route":"${route}","status":${statusCode},"durationMs":${Math.round(durationMs * 10) / 10}`;
		if (scope !== null) fields += `,"organizationId":"${scope.organizationId}"`;
		if (scope?.actor.kind === 'key') fields += `,"keyId":"${scope.actor.keyId}"`;
		if (errorCode !== null) fields += `,"error":"${errorCode}"`;
		if (isAborted) fields += ',"aborted":true';
		this.telemetry.logs.infoLine(fields, 'request');
	}
}
