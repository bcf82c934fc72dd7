import { Injectable } from '@nestjs/common';
import { Metrics } from '#libs/telemetry';
import { JobQueues } from './job-queues.js';

/** How full the queues are. Every worker says the same; while Redis is away none says anything. */
@Injectable()
export class QueueMetrics {
	constructor(metrics: Metrics, queues: JobQueues) {
		metrics.gauge('parallama_queue_jobs', 'Jobs in a queue, by state', ['queue', 'state'], async (gauge) => {
			gauge.reset();
			for (const { queue, counts } of await queues.depths())
				for (const [state, count] of Object.entries(counts)) gauge.set({ queue, state }, count);
		});
		metrics.gauge(
			'parallama_queue_oldest_seconds',
			'For how long the job that waits longest has waited, 0 when none does',
			['queue'],
			async (gauge) => {
				gauge.reset();
				for (const { queue, oldestMs } of await queues.depths()) gauge.set({ queue }, oldestMs / 1_000);
			},
		);
	}
}
