import type { TenantScope } from '#libs/database';
import { AppError } from '#libs/kernel';
import type { UserRepository } from './persistence/user.repository.js';

/**
 * An account belongs to its owner and to the installation; to an organization's admin only if it is no other
 * organization's.
 * @throws AppError denied `not_only_membership`
 */
export async function demandAccount(users: UserRepository, tenant: TenantScope, id: string): Promise<void> {
	if (tenant.actor.kind === 'system' || tenant.permissions.has('instance:users')) return;
	if (tenant.actor.userId === id || (await users.countMemberships(id)) === 1) return;
	throw new AppError('denied', 'not_only_membership', 'This account belongs to other organizations, too');
}
