import { Injectable } from '@nestjs/common';
import { type AuditEntry, AuditLog } from '#libs/audit';
import type { TenantScope } from '#libs/database';
import { AppError, missing } from '#libs/kernel';
import { Invalidations } from '#libs/redis';
import { SubjectsRepository } from '../persistence/subjects.repository.js';
import type { RuleTarget } from './attachment.js';

/** Topic of the announcement that an organization's rules have changed. */
export const RULES = 'rules';

/** What goes with every change of a limit or a budget. */
@Injectable()
export class RuleChanges {
	constructor(
		private readonly subjects: SubjectsRepository,
		private readonly audit: AuditLog,
		private readonly invalidations: Invalidations,
	) {}

	/** An event in the transaction; after the commit every replica forgets what it cached. */
	async add(tenant: TenantScope, entry: AuditEntry): Promise<void> {
		await this.audit.record(tenant, entry);
		tenant.transaction.onCommit(() => this.invalidations.publish(RULES, tenant.organizationId));
	}

	/** Nobody attaches a rule to what is not the organization's. @throws AppError missing, naming the field; invalid */
	async demandTarget(tenant: TenantScope, { attachment, attachmentId }: RuleTarget): Promise<void> {
		if ((attachment === 'organization') !== (attachmentId === null)) {
			const message = attachmentId === null ? 'is needed' : 'is not for the organization';
			const details = [{ field: 'attachmentId', code: 'invalid', message }];
			throw new AppError('invalid', 'validation_failed', 'The attachment is not valid', { details });
		}
		if (attachment === 'organization' || (await this.subjects.exists(tenant, attachment, String(attachmentId)))) return;
		throw missing(`The ${attachment}`);
	}
}
