import type { Actor, ModelAccess, Origin, Scope } from '#libs/kernel';

/**
 * A proven caller, frozen and cached by the digest of the whole credential: what a scope needs, and the epochs that the
 * admission script compares (flat pairs of field and number), so that no cache outlives a revocation.
 */
export interface Principal {
	readonly organizationId: string;
	readonly actor: Actor;
	readonly permissions: ReadonlySet<string>;
	readonly projectId: string | undefined;
	/** `undefined`: every dialect and model, and a call has nothing to ask. */
	readonly models: ModelAccess | undefined;
	/** Where it may call from; `undefined`: anywhere. */
	readonly addresses: { contains(ip: string | undefined): boolean } | undefined;
	readonly epochs: readonly (string | number)[];
}

export const scopeOf = (principal: Principal, requestId: string, origin?: Origin): Scope =>
	Object.freeze({
		organizationId: principal.organizationId,
		actor: principal.actor,
		permissions: principal.permissions,
		models: principal.models,
		projectId: principal.projectId,
		requestId,
		origin,
	});
