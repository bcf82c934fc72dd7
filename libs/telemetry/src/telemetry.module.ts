import { type DynamicModule, Module } from '@nestjs/common';
import { LimiterMetrics } from './limiter-metrics.js';
import { Logs } from './logs.js';
import { Metrics } from './metrics.js';
import { Readiness } from './readiness.js';

/** What main.ts makes before Nest. */
export interface Telemetry {
	readonly logs: Logs;
	readonly metrics: Metrics;
	readonly readiness: Readiness;
}

/** Makes `Logs`, `Metrics`, `Readiness` and `LimiterMetrics` injectable everywhere. */
@Module({})
export class TelemetryModule {
	static of(telemetry: Telemetry): DynamicModule {
		const providers = [
			{ provide: Logs, useValue: telemetry.logs },
			{ provide: Metrics, useValue: telemetry.metrics },
			{ provide: Readiness, useValue: telemetry.readiness },
			LimiterMetrics,
		];
		return { module: TelemetryModule, global: true, providers, exports: providers };
	}
}
