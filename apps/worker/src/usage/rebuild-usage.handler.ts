import { rebuildUsage } from '#libs/jobs';
import type { Scope } from '#libs/kernel';
import { RollupService } from '#libs/metering';
import { HandlesJob, type JobHandler } from '../runner/job-handler.js';

@HandlesJob(rebuildUsage)
export class RebuildUsageHandler implements JobHandler<{ from: string; to: string }> {
	constructor(private readonly rollups: RollupService) {}

	async handle(scope: Scope, { from, to }: { from: string; to: string }): Promise<void> {
		await this.rollups.rebuild(scope, new Date(from), new Date(to));
	}
}
