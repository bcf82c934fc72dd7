import { AppError, SYSTEM_ORGANIZATION_ID } from '#libs/kernel';
import type { Login } from './persistence/user.repository.js';

/**
 * Where a login acts: where it asks to, else where the last one did, else the oldest membership; in the system
 * organization only when there is no other.
 * @throws AppError denied `not_a_member`
 */
export function chooseOrganization(
	{ organizationIds, lastOrganizationId }: Pick<Login, 'organizationIds' | 'lastOrganizationId'>,
	wanted: string | undefined,
): string {
	const usual = organizationIds.find((id) => id === lastOrganizationId);
	const oldest = organizationIds.find((id) => id !== SYSTEM_ORGANIZATION_ID) ?? organizationIds[0];
	const chosen = wanted === undefined ? (usual ?? oldest) : organizationIds.find((id) => id === wanted);
	if (chosen === undefined)
		throw new AppError('denied', 'not_a_member', 'This account is not an active member of that organization');
	return chosen;
}
