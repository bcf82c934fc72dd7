import { AppError, type Scope, SYSTEM_ORGANIZATION_ID } from '#libs/kernel';
import type { ModelRule } from './model-rules.js';
import { outranksRole } from './outranks.js';
import { isPermission } from './permissions.js';

export interface Role {
	/** Own organization, or the system organization for built-in roles. */
	readonly organizationId: string;
	readonly id: string;
	readonly name: string;
	readonly description: string;
	readonly isBuiltIn: boolean;
	readonly permissions: readonly string[];
	/** What `models:use` is limited to. */
	readonly models: ModelRule;
	readonly createdAt: Date;
}

export interface RoleInput {
	readonly name: string;
	readonly description: string;
	readonly permissions: readonly string[];
	readonly models: ModelRule;
}

/**
 * What every role of an organization keeps to: permissions that exist and can be given there, none that its maker lacks.
 * @throws AppError invalid `unknown_permission`; denied `role_too_powerful`
 */
export function checkRole(scope: Scope, role: Pick<RoleInput, 'permissions' | 'models'>): void {
	const wrong = role.permissions.filter((name) => !isForRoles(scope, name));
	if (wrong.length > 0)
		throw new AppError('invalid', 'unknown_permission', 'A role can hold permissions of the catalogue only', {
			details: wrong.map((name) => ({
				field: 'permissions',
				code: 'unknown_permission',
				message: `${name} is not a permission that a role can hold here`,
			})),
		});
	if (!outranksRole(scope, role)) throw tooPowerful();
}

export const tooPowerful = (): AppError =>
	new AppError('denied', 'role_too_powerful', 'This role may do more than you: you cannot give, change or take it');

/** Everybody signed in has `account:self`; rights of the installation are held in the system organization. */
const isForRoles = ({ organizationId }: Scope, name: string): boolean =>
	isPermission(name) &&
	name !== 'account:self' &&
	(!name.startsWith('instance:') || organizationId === SYSTEM_ORGANIZATION_ID);
