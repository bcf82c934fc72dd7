import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { type Client, NO_SESSION, personScope } from './client.js';
import { NewPasswords } from './new-passwords.js';
import { invalidCode, isCode } from './one-time-code.js';
import { AccountRequestRepository } from './persistence/account-request.repository.js';
import { UserRepository } from './persistence/user.repository.js';

/** A new password for somebody who has forgotten the old one. */
@Injectable()
export class PasswordResetService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly requests: AccountRequestRepository,
		private readonly users: UserRepository,
		private readonly passwords: NewPasswords,
	) {}

	/**
	 * Ends all sessions. A weak password does not use the code up.
	 * @throws AppError invalid `invalid_code`: the same for every code that does not work; invalid `weak_password`
	 */
	async reset(code: unknown, password: string, client: Client): Promise<void> {
		const found = isCode(code) ? await this.requests.find(code) : undefined;
		if (!isCode(code) || typeof found?.userId !== 'string') throw invalidCode();
		const { userId } = found;
		const scope = personScope(found.organizationId, userId, NO_SESSION, client);
		const user = await this.work.run(scope, (tenant) => this.users.findOwn(tenant, userId));
		if (user?.status !== 'active') throw invalidCode();
		const hash = await this.passwords.hash(password, { email: user.email, names: [user.name] });
		await this.work.run(scope, async (tenant) => {
			const request = await this.requests.take(tenant, code, ['reset-password']);
			if (request === undefined) throw invalidCode();
			await this.passwords.set(tenant, user, hash, 'auth.password_reset');
		});
	}
}
