import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { missing, type Scope } from '#libs/kernel';
import { type Organization, OrganizationRepository } from './persistence/organization.repository.js';

@Injectable()
export class OrganizationsService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly organizations: OrganizationRepository,
	) {}

	/** The one the scope is in. */
	async current(scope: Scope): Promise<Organization> {
		return this.work.run(scope, async (tenant) => {
			const organization = await this.organizations.current(tenant);
			if (!organization) throw missing('Organization');
			return organization;
		});
	}
}
