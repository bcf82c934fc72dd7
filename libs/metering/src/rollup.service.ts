import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import type { Scope } from '#libs/kernel';
import { type LedgerWindow, UsageRollupsRepository } from './persistence/usage-rollups.repository.js';

/**
 * Sums the ledger up by minutes and hours that are over, and by days. Idempotent: each window is made again as a whole,
 * those of one day in one transaction. The sums of a day are at every moment those of its hours.
 */
@Injectable()
export class RollupService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly rollups: UsageRollupsRepository,
	) {}

	/** Returns how many hours of the organization were summed up. */
	async rollUpDue(scope: Scope): Promise<number> {
		await this.work.run(scope, (tenant) => this.rollups.dropMinutes(tenant));
		await this.rollUpAll(scope, 'minute');
		return this.rollUpAll(scope, 'hour');
	}

	/**
	 * Makes the sums of a period again from the ledger, whatever they say now; those of days that the ledger has no more stay.
	 * Returns how many hours were touched.
	 */
	async rebuild(scope: Scope, from: Date, to: Date): Promise<number> {
		const opened = await this.work.run(scope, (tenant) => this.rollups.open(tenant, from, to));
		await this.rollUpDue(scope);
		return opened;
	}

	private async rollUpAll(scope: Scope, window: LedgerWindow): Promise<number> {
		let closed = 0;
		for (;;) {
			const day = await this.work.run(scope, (tenant) => this.rollups.dueDay(tenant, window));
			if (day === undefined) return closed;
			closed += await this.rollUp(scope, window, day);
		}
	}

	private async rollUp(scope: Scope, window: LedgerWindow, day: string): Promise<number> {
		return this.work.run(scope, async (tenant) => {
			await this.rollups.lockDay(tenant, day);
			const starts = await this.rollups.close(tenant, window, day);
			if (starts.length === 0 || !(await this.rollups.hasLedgerOf(tenant, day))) return 0;
			await this.rollups.replace(tenant, window, day, starts);
			if (window === 'hour') await this.rollups.replaceDay(tenant, day, starts);
			return starts.length;
		});
	}
}
