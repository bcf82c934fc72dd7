import { Injectable } from '@nestjs/common';
import { AuditLog } from '#libs/audit';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { missing, type Scope } from '#libs/kernel';
import { type Organization, OrganizationRepository } from './persistence/organization.repository.js';

@Injectable()
export class OrganizationsService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly organizations: OrganizationRepository,
		private readonly audit: AuditLog,
	) {}

	/** The one the scope is in. */
	async current(scope: Scope): Promise<Organization> {
		return this.work.run(scope, (tenant) => this.read(tenant));
	}

	/** Its name; the slug stays, since commands and links use it. */
	async rename(scope: Scope, name: string): Promise<Organization> {
		return this.work.run(scope, async (tenant) => {
			const before = await this.read(tenant);
			await this.organizations.rename(tenant, name);
			const after = await this.read(tenant);
			await this.audit.record(tenant, {
				action: 'organization.update',
				targetType: 'organization',
				targetId: after.id,
				before,
				after,
			});
			return after;
		});
	}

	private async read(tenant: TenantScope): Promise<Organization> {
		const organization = await this.organizations.current(tenant);
		if (!organization) throw missing('Organization');
		return organization;
	}
}
