import { Injectable } from '@nestjs/common';
import { Config } from '#libs/config';
import type { TenantScope } from '#libs/database';
import { AppError, newId } from '#libs/kernel';
import { NewPasswords } from './new-passwords.js';
import { UserRepository } from './persistence/user.repository.js';

/** What somebody gives who has proven an address and has no account yet. */
export interface NewAccountInput {
	readonly name?: string | undefined;
	readonly password?: string | undefined;
}

interface PreparedAccount {
	readonly email: string;
	readonly name: string;
	readonly passwordHash: string;
}

/** Accounts of people who were invited. */
@Injectable()
export class NewAccounts {
	private readonly registration;

	constructor(
		config: Config,
		private readonly passwords: NewPasswords,
		private readonly users: UserRepository,
	) {
		this.registration = config.accounts.REGISTRATION;
	}

	/** Before the transaction. @throws AppError denied `registration_closed`; invalid `account_needed`, `weak_password` */
	async prepare(email: string, { name, password }: NewAccountInput): Promise<PreparedAccount> {
		if (this.registration === 'off')
			throw new AppError('denied', 'registration_closed', 'Accounts are made by an administrator');
		if (name === undefined || password === undefined)
			throw new AppError('invalid', 'account_needed', 'This address has no account yet: choose a name and a password', {
				details: Object.entries({ name, password })
					.filter(([, value]) => value === undefined)
					.map(([field]) => ({ field, code: 'required', message: 'A new account needs it' })),
			});
		return { email, name, passwordHash: await this.passwords.hash(password, { email, names: [name] }) };
	}

	/** Returns its id. @throws AppError conflict `email_taken` */
	async insert(tenant: TenantScope, account: PreparedAccount): Promise<string> {
		const id = newId();
		await this.users.insert(tenant, { id, ...account, isVerified: true });
		return id;
	}
}
