import { Injectable } from '@nestjs/common';
import { AuditLog } from '#libs/audit';
import { PasswordHasher } from '#libs/identity';
import { AppError } from '#libs/kernel';
import type { ShareLinkInput } from './share-link.js';

/** What makes a link safe: hashed passwords, and a trace. */
@Injectable()
export class ShareSecrets {
	constructor(
		private readonly passwords: PasswordHasher,
		readonly audit: AuditLog,
	) {}

	/** @throws AppError invalid: a password where there is none, or none where there is one */
	async passwordHashOf({ audience, password }: ShareLinkInput): Promise<string | null> {
		if ((audience === 'password') !== (password !== undefined)) {
			const message = audience === 'password' ? 'Is needed' : 'Is for the audience "password" only';
			const details = [{ field: 'password', code: 'invalid', message }];
			throw new AppError('invalid', 'validation_failed', 'The password does not fit the audience', { details });
		}
		return password === undefined ? null : this.passwords.hash(password);
	}

	matches(password: string | undefined, hash: string | null): Promise<boolean> {
		return this.passwords.matches(password ?? '', hash);
	}
}
