import { Injectable } from '@nestjs/common';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { AppError, missing, type Page, type PageRequest, type Scope } from '#libs/kernel';
import type { AliasTarget } from './alias.js';
import { type AliasChange, aliasFields, changedAlias, type NewAlias } from './alias-rules.js';
import { ChangeLog } from './change-log.js';
import { AliasRepository, type AliasRecord } from './persistence/alias.repository.js';
import { ProviderRepository } from './persistence/provider.repository.js';
import { ProviderDirectory } from './provider-directory.js';
import { demandShareable } from './shareable.js';

/** An organization's public names for models. */
@Injectable()
export class AliasesService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly aliases: AliasRepository,
		private readonly providers: ProviderRepository,
		private readonly directory: ProviderDirectory,
		private readonly changes: ChangeLog,
	) {}

	/** Own ones, newest first. */
	list(scope: Scope, request: PageRequest): Promise<Page<AliasRecord>> {
		return this.work.run(scope, (tenant) => this.aliases.page(tenant, request));
	}

	/** @throws AppError missing */
	get(scope: Scope, id: string): Promise<AliasRecord> {
		return this.work.run(scope, (tenant) => this.present(tenant, id));
	}

	/** @throws AppError invalid; conflict when the name is taken; missing for a provider that the organization does not have */
	async create(scope: Scope, input: NewAlias): Promise<AliasRecord> {
		const fields = aliasFields(input);
		if (fields.isShared) demandShareable(scope);
		const shared = await this.sharedProviders(scope);
		return this.work.run(scope, async (tenant) => {
			await this.demandProviders(tenant, shared, fields.targets);
			const id = await this.aliases.insert(tenant, fields);
			const after = await this.present(tenant, id);
			await this.changes.add(tenant, 'aliases', { ...target('alias.create', id), after });
			return after;
		});
	}

	/** @throws AppError as for `create` */
	async update(scope: Scope, id: string, change: AliasChange): Promise<AliasRecord> {
		if (change.isShared === true) demandShareable(scope);
		const shared = await this.sharedProviders(scope);
		return this.work.run(scope, async (tenant) => {
			await this.aliases.lock(tenant, id);
			const before = await this.present(tenant, id);
			const fields = aliasFields(changedAlias(before, change));
			if (change.targets !== undefined) await this.demandProviders(tenant, shared, fields.targets);
			await this.aliases.update(tenant, id, fields);
			const after = await this.present(tenant, id);
			await this.changes.add(tenant, 'aliases', { ...target('alias.update', id), before, after });
			return after;
		});
	}

	/** @throws AppError missing */
	remove(scope: Scope, id: string): Promise<void> {
		return this.work.run(scope, async (tenant) => {
			await this.aliases.lock(tenant, id);
			const before = await this.present(tenant, id);
			await this.aliases.delete(tenant, id);
			await this.changes.add(tenant, 'aliases', { ...target('alias.delete', id), before });
		});
	}

	/** Of the system organization and the environment. */
	private async sharedProviders({ organizationId }: Scope): Promise<ReadonlySet<string>> {
		const usable = await this.directory.providersOf(organizationId);
		return new Set(usable.filter(({ isShared }) => isShared).map(({ id }) => id));
	}

	private async demandProviders(
		tenant: TenantScope,
		shared: ReadonlySet<string>,
		targets: readonly AliasTarget[],
	): Promise<void> {
		const own = await this.providers.keep(tenant, [...new Set(targets.map(({ providerId }) => providerId))]);
		const unknown = targets.findIndex(({ providerId }) => !own.has(providerId) && !shared.has(providerId));
		if (unknown === -1) return;
		const field = `targets.${unknown}.providerId`;
		throw new AppError('missing', 'not_found', 'The provider was not found', {
			details: [{ field, code: 'not_found', message: 'is no provider of this organization' }],
		});
	}

	private async present(tenant: TenantScope, id: string): Promise<AliasRecord> {
		const alias = await this.aliases.find(tenant, id);
		if (alias === undefined) throw missing('The alias');
		return alias;
	}
}

const target = <Action extends string>(action: Action, targetId: string) =>
	({ action, targetType: 'alias', targetId }) as const;
