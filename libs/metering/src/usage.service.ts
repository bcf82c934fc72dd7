import { Injectable } from '@nestjs/common';
import { demand } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { JobBus, rebuildUsage } from '#libs/jobs';
import { AppError, type Scope, userIdOf } from '#libs/kernel';
import { type SumsRow, UsageReportsRepository } from './persistence/usage-reports.repository.js';
import { checkPeriod, exactNumber, type UsageQuery, type UsageReport, type UsageSums } from './usage-report.js';

/** What people ask about usage. */
@Injectable()
export class UsageService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly reports: UsageReportsRepository,
		private readonly jobs: JobBus,
	) {}

	/**
	 * Equals the ledger's sum at every moment. Everybody's usage with `usage:read`, else the caller's own.
	 * @throws AppError denied, invalid
	 */
	async report(scope: Scope, { from, to, groupBy }: UsageQuery): Promise<UsageReport> {
		const seesAll = scope.permissions.has('usage:read');
		if (!seesAll) demand(scope, 'usage:read_own');
		checkPeriod(from, to);
		const userId = seesAll ? undefined : ownId(scope);
		const rows = await this.work.run(scope, (tenant) => this.reports.sums(tenant, { from, to, userId }, groupBy));
		const total = rows.find(({ isTotal }) => isTotal) as SumsRow; // the empty grouping set always has its row
		return {
			from: total.from,
			to: total.to,
			groupBy,
			items: rows.filter(({ isTotal }) => !isTotal).map((row) => ({ group: row.group, ...sums(row) })),
			total: sums(total),
		};
	}

	/** Has the worker make the sums of a period again. Returns the job's id. @throws AppError denied, invalid */
	async requestRebuild(scope: Scope, from: Date, to: Date): Promise<{ jobId: string }> {
		demand(scope, 'usage:rebuild');
		checkPeriod(from, to);
		const period = { from: from.toISOString(), to: to.toISOString() };
		return { jobId: await this.work.run(scope, (tenant) => this.jobs.put(tenant, rebuildUsage, period)) };
	}
}

function ownId(scope: Scope): string {
	const id = userIdOf(scope);
	if (id === undefined) throw new AppError('denied', 'permission_denied', 'This needs the permission usage:read');
	return id;
}

const sums = (row: SumsRow): UsageSums => ({
	calls: exactNumber(row.calls),
	inputTokens: exactNumber(row.inputTokens),
	cacheReadTokens: exactNumber(row.cacheReadTokens),
	cacheWriteTokens: exactNumber(row.cacheWriteTokens),
	outputTokens: exactNumber(row.outputTokens),
	reasoningTokens: exactNumber(row.reasoningTokens),
	costNanoUsd: row.costNanoUsd,
});
