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
import { setStandardHeaders } from './standard-headers.js';

const MAX_URL = 8_192;
const CLIENT_GONE = 499;

type Done = (error?: Error) => void;

/** Dialects read any body as JSON, whatever its type says; Fastify would refuse a malformed type before it asks a parser. */
function takeAnyType({ headers }: FastifyRequest, _reply: FastifyReply, done: Done): void {
	const type = headers['content-type'];
	if (type !== undefined && type !== 'application/json') headers['content-type'] = 'application/octet-stream';
	done();
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
		instance.decorateRequest('errorClass', null);
		instance.decorateRequest('startedAt', 0);
		instance.decorateRequest('onGone', null);
		instance.decorateRequest('isReachedSecurely', this.isSecure);
		instance.addHook('onRequest', (request, reply, done) => {
			if (request.is404) this.unmatched(request, reply, done);
			else done();
		});
	}

	/** Adds the route's own hooks: its name in logs and metrics, the headers of its answers, who may call it. */
	extend(route: RouteOptions): void {
		const { url, config } = route;
		const isRaw = config?.writesRaw === true;
		const own = shapeOf(url, {}) === 'envelope' ? [] : [takeAnyType];
		const arrive = (request: FastifyRequest, reply: FastifyReply, done: Done): void => {
			this.arrived(request, reply, url);
			if (!isRaw) setStandardHeaders(reply.raw, request.id, this.isSecure);
			this.admit(request, reply, done);
		};
		const access = accessHook(config?.access, this.authenticator);
		route.onRequest = [arrive, access, ...own, ...[route.onRequest ?? []].flat()];
		if (isRaw) route.onSend = [this.leftToFastify, ...[route.onSend ?? []].flat()];
		// Nest installs its own handler after the first routes exist, which therefore would not have it
		route.errorHandler ??= (error, request, reply) => this.errors.send(error, request, reply);
	}

	/** A route that writes raw leaves the answer to Fastify after all: a refusal. */
	private readonly leftToFastify = (request: FastifyRequest, { raw }: FastifyReply, _: unknown, done: Done): void => {
		setStandardHeaders(raw, request.id, this.isSecure);
		done();
	};

	/** A request that no route takes is refused before its body is read; the filter says what exactly is missing. */
	private unmatched(request: FastifyRequest, reply: FastifyReply, done: Done): void {
		this.arrived(request, reply, 'unmatched');
		setStandardHeaders(reply.raw, request.id, this.isSecure);
		this.admit(request, reply, (error) => done(error ?? refusal(404)));
	}

	private admit(request: FastifyRequest, reply: FastifyReply, done: Done): void {
		if (!this.cors.isOff && this.cors.answer(request, reply)) return;
		if ((request.raw.url ?? '').length > MAX_URL) return done(refusal(414));
		done();
	}

	/** One listener for everything that the end of a request brings about. */
	private arrived(request: FastifyRequest, { raw }: FastifyReply, route: string): void {
		const { socket } = request.raw;
		request.startedAt = performance.now();
		this.inFlight.add(socket);
		if (this.isDraining) raw.setHeader('connection', 'close');
		raw.on('close', () => {
			this.inFlight.closed(socket);
			if (!raw.writableFinished) request.onGone?.();
			this.ended(request, raw, route);
		});
	}

	private ended(request: FastifyRequest, { statusCode, writableFinished }: ServerResponse, route: string): void {
		const durationMs = performance.now() - request.startedAt;
		const { logs, metrics } = this.telemetry;
		metrics.httpRequest(request.method, route, writableFinished ? statusCode : CLIENT_GONE, durationMs);
		if (request.errorClass !== null) metrics.errored(request.errorClass);
		if (!logs.hasInfo) return;
		const { scope, errorCode } = request;
		// each of these is ours, or was checked: nothing to escape
		let fields = `"requestId":"${request.id}","method":"${request.method}","route":"${route}","status":${statusCode},"durationMs":${Math.round(durationMs * 10) / 10}`;
		if (scope !== null) fields += `,"organizationId":"${scope.organizationId}"`;
		if (scope?.actor.kind === 'key') fields += `,"keyId":"${scope.actor.keyId}"`;
		if (errorCode !== null) fields += `,"error":"${errorCode}"`;
		if (!writableFinished) fields += ',"aborted":true';
		logs.infoLine(fields, 'request');
	}
}
