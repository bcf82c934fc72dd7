import { newId, type Scope, SYSTEM_ORGANIZATION_ID, systemScope } from '#libs/kernel';

/** Where a request comes from, before anybody knows whose it is. */
export interface Client {
	readonly ip: string;
	readonly userAgent: string | undefined;
	readonly requestId: string;
}

/** Of somebody without a session: in the transaction they count as that person all the same. */
export const NO_SESSION = '';

/** A scope of somebody who is just signing in: enough for row-level security, without any permission. */
export const personScope = (organizationId: string, userId: string, sessionId: string, client?: Client): Scope =>
	Object.freeze({
		organizationId,
		actor: { kind: 'user', userId, sessionId } as const,
		permissions: new Set<string>(),
		projectId: undefined,
		requestId: client?.requestId ?? newId(),
		origin: client,
	});

/** A scope for what anybody may ask: as one of our own processes, by default in the system organization. */
export const anonymousScope = (name: string, client: Client, organizationId = SYSTEM_ORGANIZATION_ID): Scope =>
	Object.freeze({ ...systemScope(organizationId, name, client.requestId), origin: client });
