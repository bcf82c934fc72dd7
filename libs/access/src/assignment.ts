import { AppError } from '#libs/kernel';

/** Who has which role, in the whole organization or in one project, until when. */
export interface Assignment {
	readonly id: string;
	/** A person or a service account. */
	readonly userId: string;
	readonly roleId: string;
	readonly roleName: string;
	/** `null`: the whole organization. In a project a role gives its `projectPermissions` only. */
	readonly projectId: string | null;
	/** `null`: for good. */
	readonly expiresAt: Date | null;
	readonly createdAt: Date;
}

export interface AssignmentFilter {
	readonly userId?: string | undefined;
	readonly roleId?: string | undefined;
	readonly projectId?: string | undefined;
}

export interface AssignmentInput {
	readonly userId: string;
	readonly roleId: string;
	readonly projectId?: string | undefined;
	readonly expiresAt?: Date | null | undefined;
}

/** @throws AppError invalid `expiry_in_past` */
export function checkExpiry(expiresAt: Date | null, now: Date): void {
	if (expiresAt !== null && expiresAt.getTime() <= now.getTime())
		throw new AppError('invalid', 'expiry_in_past', 'It would have expired already', {
			details: [{ field: 'expiresAt', code: 'expiry_in_past', message: 'must be in the future' }],
		});
}
