import { Injectable } from '@nestjs/common';
import { AuditLog } from '#libs/audit';
import { UnitOfWork } from '#libs/database';
import type { Page, PageRequest, Scope } from '#libs/kernel';
import { MailRepository, type ReadableMail } from './persistence/mail.repository.js';

/** What could not be sent because there is no mail server: for operators of the installation, who hand it on. */
@Injectable()
export class MailOutboxService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly mails: MailRepository,
		private readonly audit: AuditLog,
	) {}

	/** Of all organizations, newest first. The audit log tells which mails were shown to whom. */
	async list(scope: Scope, { limit, after }: PageRequest): Promise<Page<ReadableMail>> {
		return this.work.run(scope, async (tenant) => {
			const mails = await this.mails.kept(tenant, limit + 1, after);
			const items = mails.slice(0, limit);
			for (const { id, kind } of items)
				await this.audit.record(tenant, { action: 'mail.read', targetType: 'mail', targetId: id, after: { kind } });
			return { items, next: mails.length > limit ? (items.at(-1)?.id ?? null) : null };
		});
	}
}
