import { Injectable } from '@nestjs/common';
import { Config } from '#libs/config';
import type { TenantScope } from '#libs/database';
import { JobBus, sendMail } from '#libs/jobs';
import { newId } from '#libs/kernel';
import { layOut } from './layout.js';
import type { MailData, MailKind } from './mail.js';
import { MailRepository } from './persistence/mail.repository.js';
import { type Letter, templates } from './templates.js';

/** Writes mails. They are sent once the transaction is committed, and only then. */
@Injectable()
export class MailsService {
	private readonly page: string | undefined;

	constructor(
		config: Config,
		private readonly mails: MailRepository,
		private readonly jobs: JobBus,
	) {
		this.page = config.accounts.ACCOUNT_PAGE_URL;
	}

	/** Part of the caller's transaction. Returns the mail's id. */
	async write<Kind extends MailKind>(
		tenant: TenantScope,
		recipient: string,
		kind: Kind,
		data: MailData[Kind],
	): Promise<string> {
		const id = newId();
		const letter: Letter = templates[kind](data);
		await this.mails.insert(tenant, { id, kind, recipient }, layOut(letter, this.page));
		await this.jobs.put(tenant, sendMail, { mailId: id });
		return id;
	}
}
