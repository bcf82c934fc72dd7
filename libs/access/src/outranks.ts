import type { Scope } from '#libs/kernel';
import { coversRule, type ModelRule } from './model-rules.js';

/** Whether the scope holds every one of these permissions. The system stands above all. */
export const outranks = ({ actor, permissions }: Scope, held: readonly string[]): boolean =>
	actor.kind === 'system' || held.every((permission) => permissions.has(permission));

/** Whether the scope may hand on what a role lets people do: its permissions, in its dialects, with its models. */
export const outranksRole = (scope: Scope, role: { permissions: readonly string[]; models: ModelRule }): boolean =>
	outranks(scope, role.permissions) &&
	(scope.actor.kind === 'system' || !role.permissions.includes('models:use') || coversRule(scope.models, role.models));
