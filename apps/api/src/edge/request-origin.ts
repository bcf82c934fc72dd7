import type { FastifyRequest } from 'fastify';
import type { Origin } from '#libs/kernel';

const MAX_USER_AGENT = 256;

/** Where a request came from, looked up when somebody asks: most calls do not. */
export class RequestOrigin implements Origin {
	constructor(private readonly request: FastifyRequest) {}

	/** Through trusted proxies only; `undefined` once the connection is gone. */
	get ip(): string | undefined {
		return this.request.ip;
	}

	get userAgent(): string | undefined {
		return this.request.headers['user-agent']?.slice(0, MAX_USER_AGENT);
	}
}
