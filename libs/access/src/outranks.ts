import type { Scope } from '#libs/kernel';

/** Whether the scope holds every one of these permissions. The system stands above all. */
export const outranks = ({ actor, permissions }: Scope, held: readonly string[]): boolean =>
	actor.kind === 'system' || held.every((permission) => permissions.has(permission));
