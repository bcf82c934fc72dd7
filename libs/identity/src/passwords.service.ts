import { Injectable } from '@nestjs/common';
import { OrganizationsService } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import type { Scope } from '#libs/kernel';
import type { ProvenLogin } from './login.service.js';
import { NewPasswords } from './new-passwords.js';
import { OwnPassword } from './own-password.js';

/** Changing one's own password. */
@Injectable()
export class PasswordsService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly own: OwnPassword,
		private readonly passwords: NewPasswords,
		private readonly organizations: OrganizationsService,
	) {}

	/**
	 * Ends all sessions, also this one. Returns who it is and where they act, for a new one.
	 * @throws AppError denied `wrong_password`; invalid `weak_password`; throttled
	 */
	async change(
		scope: Scope,
		input: { readonly currentPassword: string; readonly newPassword: string },
	): Promise<ProvenLogin> {
		const user = await this.own.prove(scope, input.currentPassword);
		const { name } = await this.organizations.current(scope);
		const owner = { email: user.email, names: [user.name, name] };
		const hash = await this.passwords.hash(input.newPassword, owner, 'newPassword');
		await this.work.run(scope, (tenant) => this.passwords.set(tenant, user, hash, 'auth.password_change'));
		return { userId: user.id, organizationId: scope.organizationId };
	}
}
