import { Injectable } from '@nestjs/common';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { newId } from '#libs/kernel';
import { anonymousScope, type Client, NO_SESSION, personScope } from './client.js';
import { invalidCode, isCode } from './one-time-code.js';
import { OrganizationFounding } from './organization-founding.js';
import { AccountRequestRepository, type TakenRequest } from './persistence/account-request.repository.js';
import { UserRepository } from './persistence/user.repository.js';
import { SecurityEvents } from './security-events.js';

/** Somebody has read a mail: their account is made, or has its new address. */
@Injectable()
export class AccountCodesService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly requests: AccountRequestRepository,
		private readonly users: UserRepository,
		private readonly founding: OrganizationFounding,
		private readonly events: SecurityEvents,
	) {}

	/** @throws AppError invalid `invalid_code`; conflict `email_taken` when somebody was faster */
	async verify(code: unknown, client: Client): Promise<void> {
		const found = isCode(code) ? await this.requests.find(code) : undefined;
		if (!isCode(code) || found === undefined) throw invalidCode();
		const scope =
			found.userId === null
				? anonymousScope('register', client, newId())
				: personScope(found.organizationId, found.userId, NO_SESSION, client);
		await this.work.run(scope, async (tenant) => {
			const request = await this.requests.take(tenant, code, ['register', 'change-email']);
			if (request === undefined) throw invalidCode();
			if (request.userId === null) await this.createAccount(tenant, request);
			else await this.changeAddress(tenant, request.userId, request.email);
		});
	}

	private async createAccount(tenant: TenantScope, request: TakenRequest): Promise<void> {
		const { email, name, organizationName, passwordHash } = request;
		const id = newId();
		await this.founding.found(tenant, organizationName ?? email);
		await this.users.insert(tenant, { id, email, name: name ?? email, passwordHash, isVerified: true });
		await this.founding.makeOwner(tenant, id);
		await this.events.record(tenant, 'auth.register', id);
	}

	private async changeAddress(tenant: TenantScope, userId: string, email: string): Promise<void> {
		await this.users.changeEmail(tenant, userId, email);
		await this.events.record(tenant, 'auth.email_verify', userId);
	}
}
