import { preparePartitions } from '#libs/jobs';
import { UsagePartitions } from '#libs/metering';
import { HandlesJob, type JobHandler } from '../runner/job-handler.js';

const DAYS_AHEAD = 14;

@HandlesJob(preparePartitions)
export class PreparePartitionsHandler implements JobHandler<Record<string, never>> {
	constructor(private readonly partitions: UsagePartitions) {}

	async handle(): Promise<void> {
		await this.partitions.prepare(DAYS_AHEAD);
	}
}
