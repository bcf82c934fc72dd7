import { Injectable } from '@nestjs/common';
import { AuditLog } from '#libs/audit';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { missing, type Page, type PageRequest, type Scope } from '#libs/kernel';
import { MembershipsService } from './memberships.service.js';
import { quotas } from './persistence/quota.js';
import { ServiceAccountRepository } from './persistence/service-account.repository.js';
import type { NewServiceAccount, ServiceAccount, ServiceAccountChange } from './service-account.js';

const targetType = 'service_account';

/** Owners of API keys that are no people. */
@Injectable()
export class ServiceAccountsService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly accounts: ServiceAccountRepository,
		private readonly memberships: MembershipsService,
		private readonly audit: AuditLog,
	) {}

	async list(scope: Scope, request: PageRequest): Promise<Page<ServiceAccount>> {
		return this.work.run(scope, (tenant) => this.accounts.page(tenant, request));
	}

	/** @throws AppError missing */
	async get(scope: Scope, id: string): Promise<ServiceAccount> {
		return this.work.run(scope, (tenant) => this.read(tenant, id));
	}

	/** @throws AppError invalid `unknown_role`; denied `role_too_powerful`; conflict `quota_reached` */
	async create(scope: Scope, { name, role }: NewServiceAccount): Promise<ServiceAccount> {
		return this.work.run(scope, async (tenant) => {
			await quotas.serviceAccounts.take(tenant);
			const id = await this.accounts.insert(tenant, name);
			await this.memberships.add(tenant, id, role);
			const after = await this.read(tenant, id);
			await this.audit.record(tenant, { action: 'service_account.create', targetType, targetId: id, after });
			return after;
		});
	}

	/** @throws AppError missing; denied `user_too_powerful` */
	async update(scope: Scope, id: string, { name, status }: ServiceAccountChange): Promise<ServiceAccount> {
		return this.work.run(scope, async (tenant) => {
			const before = await this.read(tenant, id);
			await this.memberships.actOn(tenant, id);
			if (name !== undefined) await this.accounts.rename(tenant, id, name);
			if (status !== undefined && status !== before.status) await this.memberships.change(tenant, id, status);
			const after = await this.read(tenant, id);
			await this.audit.record(tenant, { action: 'service_account.update', targetType, targetId: id, before, after });
			return after;
		});
	}

	private async read(tenant: TenantScope, id: string): Promise<ServiceAccount> {
		const account = await this.accounts.find(tenant, id);
		if (!account) throw missing('Service account');
		return account;
	}
}
