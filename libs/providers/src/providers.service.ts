import { Injectable } from '@nestjs/common';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { AppError, missing, type Page, type PageRequest, type Scope } from '#libs/kernel';
import { ChangeLog } from './change-log.js';
import { CredentialRepository } from './persistence/credential.repository.js';
import { ProviderRepository, type ProviderRecord } from './persistence/provider.repository.js';
import { demandCredential, demandServedKind, type NewProvider, type ProviderChange } from './provider-change.js';
import { demandShareable } from './shareable.js';
import { Upstreams } from './upstreams.js';

/** Upstream connections of an organization. Credentials go in and never come out. */
@Injectable()
export class ProvidersService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly providers: ProviderRepository,
		private readonly credentials: CredentialRepository,
		private readonly upstreams: Upstreams,
		private readonly changes: ChangeLog,
	) {}

	/** Newest first. */
	list(scope: Scope, request: PageRequest): Promise<Page<ProviderRecord>> {
		return this.work.run(scope, (tenant) => this.providers.page(tenant, request));
	}

	/** @throws AppError missing */
	get(scope: Scope, id: string): Promise<ProviderRecord> {
		return this.work.run(scope, (tenant) => this.present(tenant, id));
	}

	/**
	 * @throws AppError conflict when the name is taken; invalid `unsupported_kind`, `not_shareable`, `forbidden_address`
	 */
	async create(scope: Scope, { apiKey, ...fields }: NewProvider): Promise<ProviderRecord> {
		this.demandUsable(scope, fields);
		return this.work.run(scope, async (tenant) => {
			const id = await this.providers.insert(tenant, { ...fields, isEnabled: true });
			if (apiKey !== undefined) await this.credentials.insert(tenant, id, { apiKey, label: '', priority: 0 });
			const after = await this.present(tenant, id);
			await this.changes.add(tenant, 'providers', { ...target('provider.create', id), after });
			return after;
		});
	}

	/** @throws AppError missing; conflict; invalid as for `create`, and `credential_needed` */
	async update(scope: Scope, id: string, { apiKey, ...change }: ProviderChange): Promise<ProviderRecord> {
		this.demandUsable(scope, change);
		return this.work.run(scope, async (tenant) => {
			const before = await this.locked(tenant, id);
			const stored = await this.credentials.list(tenant, id);
			demandCredential(before, stored.length > 0, { ...change, apiKey });
			await this.providers.update(tenant, id, change);
			if (apiKey !== undefined) await this.credentials.deleteAll(tenant, id);
			if (typeof apiKey === 'string')
				await this.credentials.insert(tenant, id, { apiKey, label: stored[0]?.label ?? '', priority: 0 });
			const after = await this.present(tenant, id);
			await this.changes.add(tenant, 'providers', { ...target('provider.update', id), before, after });
			return after;
		});
	}

	/** @throws AppError missing; conflict `provider_in_use` while an alias has it as a target */
	remove(scope: Scope, id: string): Promise<void> {
		return this.work.run(scope, async (tenant) => {
			const before = await this.locked(tenant, id);
			const aliases = await this.providers.aliasesOf(tenant, id);
			if (aliases.length > 0)
				throw new AppError('conflict', 'provider_in_use', `It is a target of aliases: ${aliases.join(', ')}`);
			await this.providers.delete(tenant, id);
			await this.changes.add(tenant, 'providers', { ...target('provider.delete', id), before });
		});
	}

	private demandUsable(scope: Scope, { kind, baseUrl, isShared }: ProviderChange): void {
		if (kind !== undefined) demandServedKind(kind);
		if (baseUrl !== undefined) this.upstreams.demandPermitted(baseUrl);
		if (isShared === true) demandShareable(scope);
	}

	private async locked(tenant: TenantScope, id: string): Promise<ProviderRecord> {
		await this.providers.lock(tenant, id);
		return this.present(tenant, id);
	}

	private async present(tenant: TenantScope, id: string): Promise<ProviderRecord> {
		const provider = await this.providers.find(tenant, id);
		if (provider === undefined) throw missing('The provider');
		return provider;
	}
}

const target = <Action extends string>(action: Action, targetId: string) =>
	({ action, targetType: 'provider', targetId }) as const;
