import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { pathOf } from './shape.js';

const NAME = 'parallama_refresh';
const PATH = '/api/v1/auth';
const counted: ReadonlySet<string> = new Set(['/api/v1/auth/refresh', '/api/v1/auth/logout']);
const wellFormed = /^[\w.-]{1,256}$/;

/** The refresh token of the cookie; counts on refresh and logout only, `undefined` everywhere else. */
export const RefreshCookie = createParamDecorator((_: unknown, context: ExecutionContext): string | undefined =>
	readRefreshCookie(context.switchToHttp().getRequest<FastifyRequest>()),
);

export function readRefreshCookie(request: FastifyRequest): string | undefined {
	if (!counted.has(pathOf(request.raw.url ?? ''))) return undefined;
	const found = (request.headers.cookie ?? '')
		.split(';')
		.map((part) => part.trim().split('='))
		.filter(([name]) => name === NAME);
	const value = found.length === 1 ? found[0]?.[1] : undefined; // two of them: somebody planted one
	return value !== undefined && wellFormed.test(value) ? value : undefined;
}

export interface RefreshCookieOptions {
	readonly maxAgeSeconds: number;
	/** PUBLIC_URL is https. */
	readonly isSecure: boolean;
}

/** For the answers of login, refresh and switch. */
export function setRefreshCookie(reply: FastifyReply, token: string, options: RefreshCookieOptions): void {
	const secure = options.isSecure ? '; Secure' : '';
	void reply.header(
		'set-cookie',
		`${NAME}=${token}; Path=${PATH}; Max-Age=${options.maxAgeSeconds}; HttpOnly; SameSite=Strict${secure}`,
	);
}

/** For the answer of logout. */
export const clearRefreshCookie = (reply: FastifyReply, isSecure: boolean): void =>
	setRefreshCookie(reply, '', { maxAgeSeconds: 0, isSecure });
