import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Permission } from '#libs/access';
import type { Client } from '#libs/identity';
import { AppError, type Scope } from '#libs/kernel';
import { routeConfig } from './route-config.js';

/** Anyone may call the route. */
export const Public = (): MethodDecorator => routeConfig({ access: 'public' });

/** Anyone may call the route; who sends a credential must send a good one, and the handler can see who it is. */
export const PublicOrKnown = (): MethodDecorator => routeConfig({ access: 'optional' });

/** Callers with this permission, and `also`, may call the route. `account:self` means any signed-in person, never a key. */
export const Requires = (requires: Permission, also?: Permission): MethodDecorator =>
	routeConfig({ access: also === undefined ? { requires } : { requires, also } });

/**
 * A session may call the route only when its owner has given the password in the last five minutes: for what a stolen
 * session must not be able to do. Keys have no password to give.
 */
export const FreshLogin = (): MethodDecorator => routeConfig({ needsFreshLogin: true });

const requestOf = (context: ExecutionContext): FastifyRequest => context.switchToHttp().getRequest<FastifyRequest>();

/** The caller's `Scope`; inside the transaction of the request when it carried an Idempotency-Key. */
export const CurrentScope = createParamDecorator((_: unknown, context: ExecutionContext): Scope => {
	const { scope } = requestOf(context);
	if (scope === null) throw new AppError('bug', 'no_scope', 'A public route asked for the scope of its caller');
	return scope;
});

/** The caller's `Scope` on a route of `PublicOrKnown`; `undefined` for anonymous callers. */
export const KnownScope = createParamDecorator(
	(_: unknown, context: ExecutionContext): Scope | undefined => requestOf(context).scope ?? undefined,
);

export type ClientInfo = Client;

/** Where the request comes from: address (through trusted proxies only), at most 256 characters of the user agent, id. */
export const ClientInfo = createParamDecorator((_: unknown, context: ExecutionContext): Client => {
	const request = requestOf(context);
	return { ip: request.ip, userAgent: request.headers['user-agent']?.slice(0, 256), requestId: request.id };
});
