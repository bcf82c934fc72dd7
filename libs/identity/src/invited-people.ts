import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { AppError, type Scope, userIdOf } from '#libs/kernel';
import { type NewAccountInput, NewAccounts } from './new-accounts.js';
import { UserRepository } from './persistence/user.repository.js';

/** The account that an invitation is accepted with. */
@Injectable()
export class InvitedPeople {
	constructor(
		private readonly users: UserRepository,
		private readonly accounts: NewAccounts,
	) {}

	/** What makes or finds it inside the transaction. @throws AppError conflict `sign_in_needed`; what `NewAccounts` throws */
	async recognise(
		email: string,
		caller: Scope | undefined,
		input: NewAccountInput,
	): Promise<(tenant: TenantScope) => Promise<string>> {
		const account = await this.users.findAccount(email);
		if (!account) {
			const prepared = await this.accounts.prepare(email, input);
			return (tenant) => this.accounts.insert(tenant, prepared);
		}
		if (caller?.actor.kind !== 'user' || account.id !== userIdOf(caller))
			throw new AppError('conflict', 'sign_in_needed', 'This address has an account: sign in with it to accept');
		return () => Promise.resolve(account.id);
	}
}
