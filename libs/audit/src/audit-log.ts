import { Injectable } from '@nestjs/common';
import { type TenantScope, UnitOfWork } from '#libs/database';
import type { Page, PageRequest, Scope } from '#libs/kernel';
import type { AuditEntry, AuditEvent, AuditFilter } from './audit-event.js';
import { AuditRepository } from './persistence/audit.repository.js';

/** Who did what, to what, from where. */
@Injectable()
export class AuditLog {
	constructor(
		private readonly work: UnitOfWork,
		private readonly events: AuditRepository,
	) {}

	/** Part of the caller's transaction: what is not committed did not happen. Who, from where and under which request is the scope's. */
	async record(tenant: TenantScope, entry: AuditEntry): Promise<void> {
		await this.events.insert(tenant, entry);
	}

	/** That somebody takes the events of a period out of the product. */
	async recordExport(scope: Scope, period: AuditFilter): Promise<void> {
		const entry = { action: 'audit.export', targetType: 'audit_log', targetId: null, after: period } as const;
		await this.work.run(scope, (tenant) => this.record(tenant, entry));
	}

	/** Of the scope's organization, newest first. */
	async list(scope: Scope, filter: AuditFilter, request: PageRequest): Promise<Page<AuditEvent>> {
		return this.work.run(scope, (tenant) => this.events.page(tenant, filter, request));
	}
}
