import { Injectable } from '@nestjs/common';
import { Metrics } from '#libs/telemetry';
import { ActiveCalls } from '../pipeline/active-calls.js';
import { Targets } from '../routing/targets.js';

/** How things stand in this process, asked for when the metrics are read. */
@Injectable()
export class StateMetrics {
	constructor(metrics: Metrics, active: ActiveCalls, targets: Targets) {
		metrics.gauge('parallama_active_calls', 'Calls under way', ['kind'], (gauge) => {
			const streams = active.streams;
			gauge.set({ kind: 'stream' }, streams);
			gauge.set({ kind: 'whole' }, active.size - streams);
		});
		metrics.gauge(
			'parallama_breakers',
			'Breakers of upstreams by state; each stands before a model with a credential of a provider',
			['provider', 'state'],
			(gauge) => {
				gauge.reset();
				for (const [provider, state] of targets.breakerStates())
					for (const each of ['closed', 'open', 'half_open'] as const)
						gauge.inc({ provider, state: each }, each === state ? 1 : 0);
			},
		);
	}
}
