import { Injectable } from '@nestjs/common';
import { type TenantScope, UnitOfWork } from '#libs/database';
import type { Scope } from '#libs/kernel';
import { MailsService } from '#libs/notifications';
import { codeHash, newCode } from './one-time-code.js';
import { type AccountRequest, AccountRequestRepository } from './persistence/account-request.repository.js';
import { type KnownAccount, UserRepository } from './persistence/user.repository.js';
import { SecurityEvents } from './security-events.js';

/** Answers requests by mail. The code is made here and stands in the mail only; of it a hash is kept. */
@Injectable()
export class AccountRequestAnswers {
	constructor(
		private readonly work: UnitOfWork,
		private readonly requests: AccountRequestRepository,
		private readonly users: UserRepository,
		private readonly mails: MailsService,
		private readonly events: SecurityEvents,
	) {}

	/** Once: a request that was answered has its code. `finish` marks the job in the same transaction. */
	async answer(scope: Scope, id: string, finish: (tenant: TenantScope) => Promise<boolean>): Promise<void> {
		await this.work.run(scope, async (tenant) => {
			const request = await this.requests.findUnanswered(tenant, id);
			if (request !== undefined && (await finish(tenant))) await this.write(tenant, request);
		});
	}

	private async write(tenant: TenantScope, request: AccountRequest): Promise<void> {
		const account = await this.users.findAccount(request.email);
		if (request.kind === 'reset-password') return this.answerReset(tenant, request, account);
		if (account) return void (await this.mails.write(tenant, account.email, 'address-taken', {}));
		const kind = request.kind === 'register' ? 'verify-address' : 'change-address';
		const code = await this.arm(tenant, request, request.userId ?? null);
		await this.mails.write(tenant, request.email, kind, { code });
	}

	/** Nobody to write to: nothing happens. */
	private async answerReset(tenant: TenantScope, request: AccountRequest, account: KnownAccount | undefined) {
		if (account?.status !== 'active') return;
		await this.events.record(tenant, 'auth.password_forgot', account.id);
		const code = await this.arm(tenant, request, account.id);
		await this.mails.write(tenant, account.email, 'reset-password', { code });
	}

	private async arm(tenant: TenantScope, { id }: AccountRequest, userId: string | null): Promise<string> {
		const code = newCode();
		await this.requests.arm(tenant, id, { tokenHash: codeHash(code), userId });
		return code;
	}
}
