import { Logger } from '@nestjs/common';
import { reapCalls } from '#libs/jobs';
import { Reaper } from '#libs/metering';
import { Metrics } from '#libs/telemetry';
import { HandlesJob, type JobHandler } from '../runner/job-handler.js';

@HandlesJob(reapCalls)
export class ReapCallsHandler implements JobHandler<Record<string, never>> {
	private readonly logger = new Logger('Reaper');
	private readonly reaped;

	constructor(
		private readonly reaper: Reaper,
		metrics: Metrics,
	) {
		this.reaped = metrics.counter(
			'parallama_reaped_calls_total',
			'Calls settled from their lease, their process being gone',
		);
	}

	async handle(): Promise<void> {
		const reaped = await this.reaper.reap();
		if (reaped === 0) return;
		this.reaped.inc(reaped);
		this.logger.warn(`${reaped} calls were settled from their leases`);
	}
}
