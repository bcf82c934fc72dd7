import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import type { Scope } from '#libs/kernel';
import { UsageRollupsRepository } from './persistence/usage-rollups.repository.js';

const HOURS_AT_ONCE = 100;

/** Sums the ledger up by hours that are over. Idempotent: each hour is made again as a whole, in its own transaction. */
@Injectable()
export class RollupService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly rollups: UsageRollupsRepository,
	) {}

	/** Returns how many hours of the organization were summed up. */
	async rollUpDue(scope: Scope): Promise<number> {
		let closed = 0;
		for (;;) {
			const hours = await this.work.run(scope, (tenant) => this.rollups.dueHours(tenant, HOURS_AT_ONCE));
			for (const hour of hours) if (await this.rollUp(scope, hour)) closed++;
			if (hours.length < HOURS_AT_ONCE) return closed;
		}
	}

	/** Makes the sums of a period again from the ledger, whatever they say now. Returns how many hours were touched. */
	async rebuild(scope: Scope, from: Date, to: Date): Promise<number> {
		const opened = await this.work.run(scope, (tenant) => this.rollups.open(tenant, from, to));
		await this.rollUpDue(scope);
		return opened;
	}

	private async rollUp(scope: Scope, hour: Date): Promise<boolean> {
		return this.work.run(scope, async (tenant) => {
			if (!(await this.rollups.close(tenant, hour))) return false; // another worker was here
			await this.rollups.replace(tenant, hour);
			return true;
		});
	}
}
