import type { onRequestHookHandler, FastifyRequest } from 'fastify';
import { type Principal, scopeOf } from '#libs/access';
import { AppError } from '#libs/kernel';
import type { Authenticator } from './authenticator.js';
import { hasCredential } from './credentials.js';
import './request.js';
import type { Access } from './request.js';
import { RequestOrigin } from './request-origin.js';

type Done = (error?: Error) => void;

/**
 * The access rule of a route, as its first own hook: before a body is read, for controllers and dialect routes alike.
 * `authenticator` is asked for on the first request, when the services exist.
 */
export function accessHook(access: Access | undefined, authenticator: () => Authenticator): onRequestHookHandler {
	if (access === undefined) return (_request, _reply, done) => done(unmarked());
	if (access === 'public') return (_request, _reply, done) => done();
	return (request, _reply, done) => {
		if (access === 'optional' && !hasCredential(request.headers)) return done();
		const refuse = (error: unknown) => {
			authenticator().refused(error, request);
			done(error as Error);
		};
		let principal: Principal | Promise<Principal>;
		try {
			principal = authenticator().authenticate(request);
		} catch (error) {
			return refuse(error);
		}
		if (!(principal instanceof Promise)) return admit(request, principal, access, done);
		principal.then((loaded) => admit(request, loaded, access, done), refuse);
	};
}

function admit(request: FastifyRequest, principal: Principal, access: Access, done: Done): void {
	request.principal = principal;
	request.scope = scopeOf(principal, request.id, new RequestOrigin(request));
	done(denialOf(access, principal));
}

/** What a caller who is known is refused a route with; `undefined` when they may call it. */
export function denialOf(access: Access, { permissions }: Principal): AppError | undefined {
	const missing = typeof access === 'object' ? missingOf(access, permissions) : undefined;
	if (missing === undefined) return undefined;
	return new AppError('denied', 'permission_denied', `This needs the permission ${missing}`);
}

/** The first permission that a caller lacks for a route; `undefined` when they may call it. */
export function missingOf({ requires, also }: Exclude<Access, string>, held: ReadonlySet<string>): string | undefined {
	if (!held.has(requires)) return requires;
	return also === undefined || held.has(also) ? undefined : also;
}

/** A mistake of ours that a boot test catches; nobody gets in by it. */
export const unmarked = (): AppError =>
	new AppError('denied', 'permission_denied', 'Nobody may call this: its access is not declared');
