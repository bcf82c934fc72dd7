import { Logger } from '@nestjs/common';
import { Config } from '#libs/config';
import { dropPartitions } from '#libs/jobs';
import { UsagePartitions } from '#libs/metering';
import { HandlesJob, type JobHandler } from '../runner/job-handler.js';

/** A day at a time, each in its own transaction: calls are written in between. */
@HandlesJob(dropPartitions)
export class DropPartitionsHandler implements JobHandler<Record<string, never>> {
	private readonly logger = new Logger('Ledger');
	private readonly days: number;

	constructor(
		config: Config,
		private readonly partitions: UsagePartitions,
	) {
		this.days = config.metering.USAGE_RETENTION_DAYS;
	}

	async handle(): Promise<void> {
		for (;;) {
			const dropped = await this.partitions.dropOldest(this.days);
			if (dropped === undefined) return;
			this.logger.log(`${dropped} is more than ${this.days} days old and dropped`);
		}
	}
}
