import { AppError, type Scope, SYSTEM_ORGANIZATION_ID } from '#libs/kernel';

/** Only what the system organization has can be everybody's. @throws AppError invalid `not_shareable` */
export function demandShareable({ organizationId }: Scope): void {
	if (organizationId === SYSTEM_ORGANIZATION_ID) return;
	throw new AppError('invalid', 'not_shareable', 'Only the system organization shares with all organizations', {
		details: [{ field: 'isShared', code: 'not_allowed', message: 'can be set in the system organization only' }],
	});
}
