import type { FastifyReply, FastifyRequest } from 'fastify';

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const EXPOSED =
	'x-request-id, request-id, retry-after, retry-after-ms, ratelimit, ratelimit-policy, x-should-retry, idempotency-replayed, x-parallama-model, x-parallama-dropped-params, x-parallama-estimate, x-ratelimit-limit-requests, x-ratelimit-remaining-requests, x-ratelimit-reset-requests, x-ratelimit-limit-tokens, x-ratelimit-remaining-tokens, x-ratelimit-reset-tokens, x-ratelimit-scope, anthropic-ratelimit-requests-limit, anthropic-ratelimit-requests-remaining, anthropic-ratelimit-requests-reset, anthropic-ratelimit-tokens-limit, anthropic-ratelimit-tokens-remaining, anthropic-ratelimit-tokens-reset, anthropic-ratelimit-input-tokens-limit, anthropic-ratelimit-input-tokens-remaining, anthropic-ratelimit-input-tokens-reset, anthropic-ratelimit-output-tokens-limit, anthropic-ratelimit-output-tokens-remaining, anthropic-ratelimit-output-tokens-reset';
const PREFLIGHT_SECONDS = '600';
const headerNames = /^[\w!#$%&'*+.^`|~-]+(?: *, *[\w!#$%&'*+.^`|~-]+)*$/;

/**
 * Cross-origin rules: an origin of the list gets itself back and may send its cookies; `*` in the list means anyone,
 * without cookies; `null` is nobody.
 */
export class Cors {
	private readonly origins: ReadonlySet<string>;
	private readonly isOpen: boolean;
	readonly isOff: boolean;

	constructor(origins: readonly string[]) {
		this.origins = new Set(origins.filter((origin) => origin !== '*' && origin !== 'null'));
		this.isOpen = origins.includes('*');
		this.isOff = origins.length === 0;
	}

	/** Sets the headers; returns true when that answered the request (a preflight). */
	answer(request: FastifyRequest, reply: FastifyReply): boolean {
		const { raw } = reply;
		raw.setHeader('vary', 'Origin');
		const { origin } = request.headers;
		if (origin === undefined || !this.allow(origin, reply)) return false;
		if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return false;
		const asked = request.headers['access-control-request-headers'];
		raw.setHeader('access-control-allow-methods', METHODS);
		if (asked !== undefined && headerNames.test(asked)) raw.setHeader('access-control-allow-headers', asked);
		raw.setHeader('access-control-max-age', PREFLIGHT_SECONDS);
		void reply.code(204).send();
		return true;
	}

	private allow(origin: string, { raw }: FastifyReply): boolean {
		if (this.origins.has(origin)) {
			raw.setHeader('access-control-allow-origin', origin);
			raw.setHeader('access-control-allow-credentials', 'true');
		} else if (this.isOpen && origin !== 'null') raw.setHeader('access-control-allow-origin', '*');
		else return false;
		raw.setHeader('access-control-expose-headers', EXPOSED);
		return true;
	}
}
