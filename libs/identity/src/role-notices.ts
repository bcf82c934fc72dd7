import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { systemScope } from '#libs/kernel';
import { MailsService } from '#libs/notifications';
import { EndingRolesRepository } from './persistence/ending-roles.repository.js';

const DAYS_BEFORE = 3;
const ORGANIZATIONS_AT_ONCE = 1_000;

/** Tells people that a role of theirs ends in three days, once. */
@Injectable()
export class RoleNotices {
	constructor(
		private readonly work: UnitOfWork,
		private readonly roles: EndingRolesRepository,
		private readonly mails: MailsService,
	) {}

	/** In all organizations. Returns how many mails were written. */
	async tell(requestId: string): Promise<number> {
		let written = 0;
		for (const id of await this.roles.organizations(DAYS_BEFORE, ORGANIZATIONS_AT_ONCE))
			await this.work.run(systemScope(id, 'roles.tell', requestId), async (tenant) => {
				for (const { email, ...role } of await this.roles.mark(tenant, DAYS_BEFORE)) {
					await this.mails.write(tenant, email, 'role-expiring', role);
					written++;
				}
			});
		return written;
	}
}
