import { Injectable } from '@nestjs/common';
import { type AuditAction, AuditLog } from '#libs/audit';
import type { TenantScope } from '#libs/database';
import { Clock, userIdOf } from '#libs/kernel';
import { MailsService } from '#libs/notifications';

/** Whose account it is about. */
export interface Addressee {
	readonly id: string;
	readonly email: string;
}

/** What the audit log and the owner of an account are told. Part of the caller's transaction. */
@Injectable()
export class SecurityEvents {
	constructor(
		private readonly audit: AuditLog,
		private readonly mails: MailsService,
		private readonly clock: Clock,
	) {}

	/** An event about an account or its sessions. */
	async record(tenant: TenantScope, action: AuditAction, userId: string | null, after?: object): Promise<void> {
		await this.audit.record(tenant, { action, targetType: 'user', targetId: userId, after });
	}

	async failed(tenant: TenantScope, action: AuditAction, userId: string | null): Promise<void> {
		await this.audit.record(tenant, { action, targetType: 'user', targetId: userId, result: 'failure' });
	}

	async session(tenant: TenantScope, action: AuditAction, sessionId: string): Promise<void> {
		await this.audit.record(tenant, { action, targetType: 'session', targetId: sessionId });
	}

	/** From where nobody signed in to that account before. */
	async tellOfLogin(tenant: TenantScope, { email }: Addressee): Promise<void> {
		const { ip = 'an unknown address', userAgent } = tenant.origin ?? {};
		const data = { ip, userAgent, at: this.clock.now() };
		await this.mails.write(tenant, email, 'new-login', data);
	}

	async tellOfReuse(tenant: TenantScope, { id, email }: Addressee): Promise<void> {
		await this.record(tenant, 'auth.refresh_reused', id);
		const ip = tenant.origin?.ip ?? 'an unknown address';
		await this.mails.write(tenant, email, 'refresh-token-reused', { ip, at: this.clock.now() });
	}

	/** `action` tells how. */
	async tellOfPassword(tenant: TenantScope, { id, email }: Addressee, action: AuditAction): Promise<void> {
		await this.record(tenant, action, id);
		await this.mails.write(tenant, email, 'password-changed', {});
	}

	async tellOfDeletion(tenant: TenantScope, { id, email }: Addressee, at: Date): Promise<void> {
		await this.record(tenant, 'user.delete', id, { deleteAfter: at, by: userIdOf(tenant) === id ? 'owner' : 'admin' });
		await this.mails.write(tenant, email, 'account-deletion', { at });
	}

	/** The code goes to the address, and to nobody else. */
	async invited(
		tenant: TenantScope,
		{ id, email, role, code, organization }: Addressee & { role: string; code: string; organization: string },
	): Promise<void> {
		const after = { role };
		await this.audit.record(tenant, { action: 'invitation.create', targetType: 'invitation', targetId: id, after });
		await this.mails.write(tenant, email, 'invitation', { code, organization, role });
	}

	async invitationRevoked(tenant: TenantScope, id: string): Promise<void> {
		await this.audit.record(tenant, { action: 'invitation.revoke', targetType: 'invitation', targetId: id });
	}
}
