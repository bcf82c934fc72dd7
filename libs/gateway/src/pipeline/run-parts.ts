import { Injectable } from '@nestjs/common';
import { Config } from '#libs/config';
import { ModelCatalogue, Upstreams } from '#libs/providers';
import type { CallMetrics } from '../metrics/call-metrics.js';
import { Router } from '../routing/router.js';
import type { Target } from '../routing/target.js';
import { Targets } from '../routing/targets.js';
import type { ActiveCalls } from './active-calls.js';
import type { CallPolicies } from './call-policies.js';
import { CallStages } from './call-stages.js';
import type { Patience } from './exchange.js';
import type { InboundCall } from './inbound-call.js';

/** What every call needs on its way. */
@Injectable()
export class RunParts {
	readonly patience: Patience;
	private readonly longestMs: number;

	constructor(
		config: Config,
		readonly router: Router,
		readonly targets: Targets,
		readonly upstreams: Upstreams,
		private readonly catalogue: ModelCatalogue,
		private readonly stages: CallStages,
	) {
		const { UPSTREAM_TOTAL_TIMEOUT_MS, STREAM_KEEP_ALIVE_MS, CLIENT_STALL_TIMEOUT_MS } = config.upstreams;
		this.longestMs = UPSTREAM_TOTAL_TIMEOUT_MS;
		this.patience = { keepAliveMs: STREAM_KEEP_ALIVE_MS, stalledMs: CLIENT_STALL_TIMEOUT_MS };
	}

	get active(): ActiveCalls {
		return this.stages.active;
	}

	get policies(): CallPolicies {
		return this.stages.policies;
	}

	get metrics(): CallMetrics {
		return this.stages.metrics;
	}

	/** Whether the caller's organization lets parameters be left out that an upstream's protocol lacks. */
	allowsDroppedParams({ principal }: InboundCall): boolean {
		return this.catalogue.allowsDroppedParams(principal.organizationId);
	}

	/** Milliseconds that a call to `target` may take, never more than the installation allows. */
	totalMs({ provider: { settings }, model }: Target): number {
		const own = settings.models[model]?.totalTimeoutMs ?? settings.totalTimeoutMs;
		return Math.min(own ?? this.longestMs, this.longestMs);
	}
}
