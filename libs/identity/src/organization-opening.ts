import { Injectable } from '@nestjs/common';
import { type Organization, OrganizationsService } from '#libs/access';
import { AuditLog } from '#libs/audit';
import { UnitOfWork } from '#libs/database';
import { newId, type Scope, systemScope } from '#libs/kernel';
import { InvitationsService } from './invitations.service.js';

export interface OpeningInput {
	readonly name: string;
	/** Address of the person who becomes its owner. */
	readonly ownerEmail: string;
}

/** New organizations, made by an operator of the installation for others. */
@Injectable()
export class OrganizationOpening {
	constructor(
		private readonly work: UnitOfWork,
		private readonly organizations: OrganizationsService,
		private readonly invitations: InvitationsService,
		private readonly audit: AuditLog,
	) {}

	/**
	 * An organization with its default project; its owner is invited by mail. The operator does not become a member, so the
	 * invitation is the installation's, not theirs; the new organization's audit log says who opened it.
	 */
	async open(scope: Scope, { name, ownerEmail }: OpeningInput): Promise<Organization> {
		const id = newId();
		return this.work.run({ ...scope, organizationId: id, projectId: undefined }, async (tenant) => {
			await this.organizations.found(tenant, name);
			const opened = await this.organizations.current(tenant);
			await this.audit.record(tenant, {
				action: 'organization.create',
				targetType: 'organization',
				targetId: id,
				after: { ...opened, ownerEmail },
			});
			const installation = systemScope(id, 'opening', scope.requestId);
			const { transaction } = tenant;
			await this.invitations.create({ ...installation, transaction }, { email: ownerEmail, role: 'owner' });
			return opened;
		});
	}
}
