import type { Permission, Principal } from '#libs/access';
import type { ErrorClass, Scope } from '#libs/kernel';
import type { DialectOperation } from './dialect-operation.js';
import type { LimitName } from './limits.js';

/**
 * Who may call a route. `public`: anyone, credentials are not looked at. `optional`: anyone, but a credential that is sent
 * must be good. Otherwise: callers with that permission, and with `also` where there is one.
 */
export type Access = 'public' | 'optional' | { readonly requires: Permission; readonly also?: Permission };

declare module 'fastify' {
	interface FastifyContextConfig {
		/** Every route names it; one that does not is refused, and fails the boot test. */
		access?: Access;
		/** How often one network may call it. */
		limit?: LimitName;
		/** See `FreshLogin`. */
		needsFreshLogin?: boolean;
		/** See `TakesFile`. */
		takesFile?: boolean;
		/** The route writes to the raw response, and the standard headers with what it writes. */
		writesRaw?: boolean;
		/** How the OpenAPI document describes a route that is no controller's. */
		document?: DialectOperation;
	}
	interface FastifyRequest {
		/** The proven caller; `null` on public routes. */
		principal: Principal | null;
		/** Who acts, for which organization; `null` on public routes. */
		scope: Scope | null;
		/** The bytes of a JSON body of the platform API. */
		rawBody: Buffer | null;
		/** Monotonic milliseconds at arrival. */
		startedAt: number;
		/** What the error filter answered, for the request log. */
		errorCode: string | null;
		/** Whose doing that was. */
		errorClass: ErrorClass | null;
		/** Clients come by https: answers tell them to keep to it. */
		isReachedSecurely: boolean;
		/** Called when the client leaves before its answer was written to the end. */
		onGone: (() => void) | null;
	}
}
