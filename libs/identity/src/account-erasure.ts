import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { systemScope } from '#libs/kernel';
import { UserRepository } from './persistence/user.repository.js';
import { SecurityEvents } from './security-events.js';

const AT_ONCE = 100;

/** Erases the accounts whose grace period is over, from every table. What the ledger counted stays, without a name. */
@Injectable()
export class AccountErasure {
	constructor(
		private readonly work: UnitOfWork,
		private readonly users: UserRepository,
		private readonly events: SecurityEvents,
	) {}

	/** Returns how many there were. */
	async eraseDue(requestId: string): Promise<number> {
		const due = await this.users.dueForErasure(AT_ONCE);
		let erased = 0;
		for (const { id, organizationId } of due)
			await this.work.run(systemScope(organizationId, 'erasure', requestId), async (tenant) => {
				if (!(await this.users.erase(tenant, id))) return; // enabled again, or somebody else did it
				await this.events.record(tenant, 'user.erase', id);
				erased++;
			});
		return erased;
	}
}
