import { newId, type Scope } from '#libs/kernel';

/** A scope of somebody who is just signing in: enough for row-level security, without any permission. */
export const personScope = (organizationId: string, userId: string, sessionId: string): Scope =>
	Object.freeze({
		organizationId,
		actor: { kind: 'user', userId, sessionId } as const,
		permissions: new Set<string>(),
		projectId: undefined,
		requestId: newId(),
	});
