import { AppError } from '#libs/kernel';

/** Why a key that was proven did not work. The caller does not learn it; the audit log does. */
export class KeyDenied extends Error {
	override readonly name = 'KeyDenied';

	constructor(
		readonly key: { readonly organizationId: string; readonly id: string; readonly userId: string },
		readonly reason: 'revoked' | 'expired' | 'owner_inactive' | 'address',
	) {
		super(reason);
	}
}

/** One answer for every key that does not work, so that nobody learns why. */
export const keyRefusal = (cause?: KeyDenied): AppError =>
	new AppError('unauthenticated', 'invalid_api_key', 'The API key is not valid', { cause });
