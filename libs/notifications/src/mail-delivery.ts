import { Injectable, Logger } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { AppError, type Scope } from '#libs/kernel';
import { MailRepository, type ReadableMail } from './persistence/mail.repository.js';
import { Smtp } from './smtp.js';

const KEPT_DAYS = 14;

/** Sends what was written. Logs name id, kind and recipient only. */
@Injectable()
export class MailDelivery {
	private readonly logger = new Logger('Mail');

	constructor(
		private readonly work: UnitOfWork,
		private readonly mails: MailRepository,
		private readonly smtp: Smtp,
	) {}

	/**
	 * Does nothing for a mail that is closed. Without a mail server it is kept for operators.
	 * @throws AppError unavailable `mail_unavailable`; invalid `mail_refused`, after which it is closed
	 */
	async deliver(scope: Scope, id: string): Promise<void> {
		const mail = await this.work.run(scope, (tenant) => this.mails.findPending(tenant, id));
		if (mail === undefined) return;
		if (!this.smtp.isConfigured) return this.close(scope, mail, 'kept');
		try {
			await this.smtp.send(mail);
		} catch (error) {
			if (error instanceof AppError && error.fault === 'invalid') await this.close(scope, mail, 'refused');
			throw error;
		}
		await this.close(scope, mail, 'sent');
	}

	private async close(scope: Scope, { id, kind, recipient }: ReadableMail, status: 'sent' | 'kept' | 'refused') {
		await this.work.run(scope, (tenant) => this.mails.close(tenant, id, status));
		this.logger.log(`mail ${id} (${kind}) to ${recipient} is ${status}`);
	}

	/** Deletes what is older than 14 days. Returns how many there were. */
	async purge(scope: Scope): Promise<number> {
		return this.work.run(scope, (tenant) => this.mails.deleteOlderThan(tenant, KEPT_DAYS));
	}
}
