import { Injectable } from '@nestjs/common';
import { MembershipsService } from '#libs/access';
import { type TenantScope, UnitOfWork } from '#libs/database';
import type { Scope } from '#libs/kernel';
import { anonymousScope, type Client, NO_SESSION } from './client.js';
import { InvitedPeople } from './invited-people.js';
import type { NewAccountInput } from './new-accounts.js';
import { invalidCode, isCode } from './one-time-code.js';
import { InvitationRepository, type OpenInvitation } from './persistence/invitation.repository.js';
import { SecurityEvents } from './security-events.js';

export interface AcceptanceInput extends NewAccountInput {
	readonly code?: unknown;
}

/** Accepting an invitation: with the account of that address, or with a new one. */
@Injectable()
export class InvitationAcceptance {
	constructor(
		private readonly work: UnitOfWork,
		private readonly invitations: InvitationRepository,
		private readonly people: InvitedPeople,
		private readonly memberships: MembershipsService,
		private readonly events: SecurityEvents,
	) {}

	/**
	 * `caller`: who is signed in, if anybody is.
	 * @throws AppError invalid `invalid_code`, `weak_password`, `account_needed`; conflict `sign_in_needed`, `already_member`;
	 * denied `role_too_powerful` when the inviter may not give that role any more, `registration_closed`
	 */
	async accept({ code, ...input }: AcceptanceInput, caller: Scope | undefined, client: Client): Promise<void> {
		const organizationId = isCode(code) ? await this.invitations.organizationOf(code) : undefined;
		if (!isCode(code) || organizationId === undefined) throw invalidCode();
		const scope = anonymousScope('invitation', client, organizationId);
		const invitation = await this.work.run(scope, (tenant) => this.invitations.lockOpen(tenant, code));
		if (!invitation) throw invalidCode();
		const person = await this.people.recognise(invitation.email, caller, input);
		await this.work.run(scope, async (tenant) => {
			const open = await this.invitations.lockOpen(tenant, code);
			if (!open) throw invalidCode();
			const userId = await person(tenant);
			await this.memberships.add(await this.inviter(tenant, open), userId, open.role);
			await this.invitations.close(tenant, open.id, 'accepted_at');
			await this.events.record(tenant, 'invitation.accept', userId, { invitationId: open.id, role: open.role });
		});
	}

	/** The one who invited, with what they may do today; for the command line the system. */
	private async inviter(tenant: TenantScope, { invitedBy }: OpenInvitation): Promise<TenantScope> {
		if (invitedBy === null) return tenant;
		const { status, permissions } = await this.memberships.get(tenant, invitedBy);
		const held = new Set(status === 'active' ? permissions : []);
		const actor = { kind: 'user', userId: invitedBy, sessionId: NO_SESSION } as const;
		return Object.freeze({ ...tenant, actor, permissions: held });
	}
}
