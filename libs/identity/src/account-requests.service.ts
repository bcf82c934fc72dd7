import { Injectable } from '@nestjs/common';
import { Config } from '#libs/config';
import { AppError, type Scope, userIdOf } from '#libs/kernel';
import { AccountRequestIntake } from './account-request-intake.js';
import type { Client } from './client.js';
import { NewPasswords } from './new-passwords.js';
import { UsersService } from './users.service.js';

export interface RegistrationInput {
	readonly email: string;
	readonly name: string;
	readonly password: string;
	/** By default the person's name. */
	readonly organizationName?: string | undefined;
}

/** What somebody asks for who has to prove an address first. */
@Injectable()
export class AccountRequestsService {
	private readonly registration;

	constructor(
		config: Config,
		private readonly intake: AccountRequestIntake,
		private readonly passwords: NewPasswords,
		private readonly users: UsersService,
	) {
		this.registration = config.accounts.REGISTRATION;
	}

	/** @throws AppError denied `registration_closed`; invalid `weak_password`; throttled */
	async register({ email, name, password, organizationName = name }: RegistrationInput, client: Client): Promise<void> {
		if (this.registration !== 'open')
			throw new AppError('denied', 'registration_closed', 'Accounts are made by invitation or by an administrator');
		const passwordHash = await this.passwords.hash(password, { email, names: [name, organizationName] });
		await this.intake.take(client, { kind: 'register', email, name, organizationName, passwordHash });
	}

	/** Says nothing about whether there is such an account. @throws AppError throttled */
	async forgot(email: string, client: Client): Promise<void> {
		await this.intake.take(client, { kind: 'reset-password', email });
	}

	/** Nothing changes until the new address is confirmed. @throws AppError throttled */
	async changeEmail(scope: Scope, email: string, client: Client): Promise<void> {
		await this.intake.take(client, { kind: 'change-email', email, userId: userIdOf(scope) ?? null });
	}

	/** For somebody of the organization: an administrator makes the mail go out, and chooses no password. @throws AppError missing; throttled */
	async resetOf(scope: Scope, userId: string, client: Client): Promise<void> {
		const { email } = await this.users.get(scope, userId);
		await this.intake.take(client, { kind: 'reset-password', email });
	}
}
