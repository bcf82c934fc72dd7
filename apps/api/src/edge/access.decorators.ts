import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import type { Permission } from '#libs/access';
import { AppError, type Scope } from '#libs/kernel';

/** Anyone may call the route. */
export const Public = (): MethodDecorator => RouteConfig({ access: 'public' });

/** Anyone may call the route; who sends a credential must send a good one, and the handler can see who it is. */
export const PublicOrKnown = (): MethodDecorator => RouteConfig({ access: 'optional' });

/** Callers with this permission may call the route. `account:self` means any signed-in person, never a key. */
export const Requires = (permission: Permission): MethodDecorator => RouteConfig({ access: { requires: permission } });

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

/** What a session remembers of its client. */
export interface ClientInfo {
	readonly ip: string;
	readonly userAgent: string | undefined;
}

/** Address (through trusted proxies only) and user agent, at most 256 characters of it. */
export const ClientInfo = createParamDecorator((_: unknown, context: ExecutionContext): ClientInfo => {
	const request = requestOf(context);
	return { ip: request.ip, userAgent: request.headers['user-agent']?.slice(0, 256) };
});
