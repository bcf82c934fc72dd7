import { Injectable } from '@nestjs/common';
import { MembershipsService, OrganizationsService } from '#libs/access';
import type { TenantScope } from '#libs/database';

/** The organization of somebody who registered. Its id is the scope's. */
@Injectable()
export class OrganizationFounding {
	constructor(
		private readonly organizations: OrganizationsService,
		private readonly memberships: MembershipsService,
	) {}

	async found(tenant: TenantScope, name: string): Promise<void> {
		await this.organizations.found(tenant, name);
	}

	async makeOwner(tenant: TenantScope, userId: string): Promise<void> {
		await this.memberships.add(tenant, userId, 'owner');
	}
}
