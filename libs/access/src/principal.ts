import type { Actor, Origin, Scope } from '#libs/kernel';

/**
 * A proven caller, frozen and cached by the digest of the whole credential: what a scope needs, and the epochs that the
 * admission script compares (flat pairs of field and number), so that no cache outlives a revocation.
 */
export interface Principal {
	readonly organizationId: string;
	readonly actor: Actor;
	readonly permissions: ReadonlySet<string>;
	readonly projectId: string | undefined;
	readonly epochs: readonly (string | number)[];
}

export const scopeOf = (principal: Principal, requestId: string, origin?: Origin): Scope =>
	Object.freeze({
		organizationId: principal.organizationId,
		actor: principal.actor,
		permissions: principal.permissions,
		projectId: principal.projectId,
		requestId,
		origin,
	});
