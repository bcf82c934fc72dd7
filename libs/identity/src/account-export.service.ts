import { Injectable } from '@nestjs/common';
import { MembershipsService } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { missing, type Scope, userIdOf } from '#libs/kernel';
import { demandAccount } from './account-authority.js';
import { UserRepository } from './persistence/user.repository.js';
import { SecurityEvents } from './security-events.js';

/** Everything that is kept about a person, for themselves or for who may act on their account. */
@Injectable()
export class AccountExportService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly users: UserRepository,
		private readonly memberships: MembershipsService,
		private readonly events: SecurityEvents,
	) {}

	/** Of all their organizations. @throws AppError missing; denied `user_too_powerful`, `not_only_membership` */
	async export(scope: Scope, id: string): Promise<Record<string, unknown>> {
		return this.work.run(scope, async (tenant) => {
			if (!(await this.users.find(tenant, id))) throw missing('User');
			if (userIdOf(tenant) !== id) await this.memberships.actOn(tenant, id);
			await demandAccount(this.users, tenant, id);
			await this.events.record(tenant, 'user.export', id);
			return this.users.exportAccount(tenant, id);
		});
	}

	async exportOwn(scope: Scope): Promise<Record<string, unknown>> {
		return this.export(scope, userIdOf(scope) ?? '');
	}
}
