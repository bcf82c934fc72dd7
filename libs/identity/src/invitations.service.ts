import { Injectable } from '@nestjs/common';
import { OrganizationsService, RoleAssignmentsService } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { AppError, missing, newId, type Page, type PageRequest, type Scope, userIdOf } from '#libs/kernel';
import { codeHash, newCode } from './one-time-code.js';
import { type Invitation, InvitationRepository } from './persistence/invitation.repository.js';
import { SecurityEvents } from './security-events.js';

/** Inviting people to an organization. */
@Injectable()
export class InvitationsService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly invitations: InvitationRepository,
		private readonly roles: RoleAssignmentsService,
		private readonly organizations: OrganizationsService,
		private readonly events: SecurityEvents,
	) {}

	/**
	 * The code goes to the address, and to nobody else. Whether the inviter may give the role counts when it is accepted, too.
	 * @throws AppError invalid `unknown_role`; denied `role_too_powerful`; conflict `already_invited`, `already_member`
	 */
	async create(scope: Scope, { email, role }: { readonly email: string; readonly role: string }): Promise<Invitation> {
		const code = newCode();
		return this.work.run(scope, async (tenant) => {
			await this.roles.demandAssignable(tenant, role);
			if (await this.invitations.isMember(tenant, email))
				throw new AppError('conflict', 'already_member', 'This person belongs to the organization already');
			const id = newId();
			const row = { id, email, role, invitedBy: userIdOf(scope) ?? null, tokenHash: codeHash(code) };
			await this.invitations.insert(tenant, row);
			const { name } = await this.organizations.current(tenant);
			await this.events.invited(tenant, { ...row, code, organization: name });
			return this.read(await this.invitations.find(tenant, id));
		});
	}

	/** Newest first. */
	async list(scope: Scope, request: PageRequest): Promise<Page<Invitation>> {
		return this.work.run(scope, (tenant) => this.invitations.page(tenant, request));
	}

	/** @throws AppError missing; conflict `invitation_closed` when it was accepted */
	async revoke(scope: Scope, id: string): Promise<Invitation> {
		return this.work.run(scope, async (tenant) => {
			const { status } = this.read(await this.invitations.find(tenant, id));
			if (status === 'accepted')
				throw new AppError('conflict', 'invitation_closed', 'The invitation was accepted: suspend the member instead');
			if (status !== 'revoked') {
				await this.invitations.close(tenant, id, 'revoked_at');
				await this.events.invitationRevoked(tenant, id);
			}
			return this.read(await this.invitations.find(tenant, id));
		});
	}

	private read(invitation: Invitation | undefined): Invitation {
		if (!invitation) throw missing('Invitation');
		return invitation;
	}
}
