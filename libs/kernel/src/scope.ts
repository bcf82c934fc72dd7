/** Who acts. `system` is a process of ours: CLI, worker, bootstrap. */
export type Actor =
	| { readonly kind: 'user'; readonly userId: string; readonly sessionId: string }
	| { readonly kind: 'key'; readonly userId: string; readonly keyId: string }
	| { readonly kind: 'system'; readonly name: string };

/** Which dialects and models a caller may use. */
export interface ModelAccess {
	allowsDialect(dialect: string): boolean;
	/** `name` is what the caller says, `target` the model that is behind it where that is known. */
	allows(dialect: string, name: string, target?: string): boolean;
}

/** Where a request came from, for the audit log. Read when it is needed: a call that records nothing pays nothing. */
export interface Origin {
	/** Address of the client, through trusted proxies only. */
	readonly ip: string | undefined;
	readonly userAgent: string | undefined;
}

/**
 * Who acts, for which organization, in which transaction, under which request id: one immutable value, the first argument
 * of every service method.
 */
export interface Scope {
	readonly organizationId: string;
	readonly actor: Actor;
	/** Effective permissions, already intersected with the key's scopes. */
	readonly permissions: ReadonlySet<string>;
	/** Absent: every dialect and model of the organization. */
	readonly models?: ModelAccess | undefined;
	/** The project that pays; a key has its own, a person acts in the organization's default project. */
	readonly projectId: string | undefined;
	readonly requestId: string;
	/** Absent where no request is behind it: a job, the command line. */
	readonly origin?: Origin | undefined;
	/** Opaque outside of `#libs/database`. Present: nested work joins it. */
	readonly transaction?: unknown;
}

/** Owns what all organizations share. Its id is the same in every installation. */
export const SYSTEM_ORGANIZATION_ID = '00000000-0000-7000-8000-000000000001';

/** The user behind a scope; `undefined` for the system. */
export const userIdOf = (scope: Scope): string | undefined =>
	scope.actor.kind === 'system' ? undefined : scope.actor.userId;

/** A scope of one of our own processes, for one organization. It holds no permission: rules that ask for one must name the actor. */
export const systemScope = (organizationId: string, name: string, requestId: string): Scope =>
	Object.freeze({
		organizationId,
		actor: { kind: 'system', name } as const,
		permissions: new Set<string>(),
		projectId: undefined,
		requestId,
	});
