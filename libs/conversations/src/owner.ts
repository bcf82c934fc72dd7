import { AppError, type Scope, userIdOf } from '#libs/kernel';

/** Whose conversations are meant: the caller's own. @throws AppError bug when no person is behind the scope */
export function ownerOf(scope: Scope): string {
	const userId = userIdOf(scope);
	if (userId === undefined) throw new AppError('bug', 'no_owner', 'Conversations are asked for without a person');
	return userId;
}
