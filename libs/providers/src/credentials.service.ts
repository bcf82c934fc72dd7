import { Injectable } from '@nestjs/common';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { AppError, missing, type Scope } from '#libs/kernel';
import { ChangeLog } from './change-log.js';
import {
	type CredentialChange,
	type CredentialRecord,
	CredentialRepository,
	type NewCredential,
} from './persistence/credential.repository.js';
import { ProviderRepository } from './persistence/provider.repository.js';

const MAX_CREDENTIALS = 50;

/** The credentials of a provider: they go in and never come out. */
@Injectable()
export class CredentialsService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly providers: ProviderRepository,
		private readonly credentials: CredentialRepository,
		private readonly changes: ChangeLog,
	) {}

	/** In the order in which they are tried. @throws AppError missing */
	list(scope: Scope, providerId: string): Promise<CredentialRecord[]> {
		return this.work.run(scope, async (tenant) => {
			if ((await this.providers.find(tenant, providerId)) === undefined) throw missing('The provider');
			return this.credentials.list(tenant, providerId);
		});
	}

	/** @throws AppError missing; conflict `too_many_credentials` */
	add(scope: Scope, providerId: string, input: NewCredential): Promise<CredentialRecord> {
		return this.changing(scope, providerId, async (tenant) => {
			if ((await this.credentials.list(tenant, providerId)).length >= MAX_CREDENTIALS)
				throw new AppError('conflict', 'too_many_credentials', `A provider has at most ${MAX_CREDENTIALS} credentials`);
			const id = await this.credentials.insert(tenant, providerId, input);
			return this.recorded(tenant, providerId, { after: await this.present(tenant, providerId, id) });
		});
	}

	/** @throws AppError missing */
	update(scope: Scope, providerId: string, id: string, change: CredentialChange): Promise<CredentialRecord> {
		return this.changing(scope, providerId, async (tenant) => {
			const before = await this.present(tenant, providerId, id);
			await this.credentials.update(tenant, providerId, id, change);
			return this.recorded(tenant, providerId, { before, after: await this.present(tenant, providerId, id) });
		});
	}

	/** @throws AppError missing */
	async remove(scope: Scope, providerId: string, id: string): Promise<void> {
		await this.changing(scope, providerId, async (tenant) => {
			const before = await this.present(tenant, providerId, id);
			await this.credentials.delete(tenant, providerId, id);
			await this.recorded(tenant, providerId, { before, after: undefined });
		});
	}

	private changing<T>(scope: Scope, providerId: string, work: (tenant: TenantScope) => Promise<T>): Promise<T> {
		return this.work.run(scope, async (tenant) => {
			if (!(await this.providers.lock(tenant, providerId))) throw missing('The provider');
			return work(tenant);
		});
	}

	private async recorded<After extends CredentialRecord | undefined>(
		tenant: TenantScope,
		providerId: string,
		{ before, after }: { readonly before?: CredentialRecord; readonly after: After },
	): Promise<After> {
		const entry = { action: 'provider.credential_change', targetType: 'provider', targetId: providerId } as const;
		await this.changes.add(tenant, 'providers', { ...entry, before, after });
		return after;
	}

	private async present(tenant: TenantScope, providerId: string, id: string): Promise<CredentialRecord> {
		const credential = await this.credentials.find(tenant, providerId, id);
		if (credential === undefined) throw missing('The credential');
		return credential;
	}
}
