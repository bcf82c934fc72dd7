import { type DynamicModule, Module } from '@nestjs/common';
import { Logs } from './logs.js';
import { Metrics } from './metrics.js';
import { Readiness } from './readiness.js';

/** What main.ts made before Nest, injectable everywhere: `Logs`, `Metrics`, `Readiness`. */
@Module({})
export class TelemetryModule {
	static of(telemetry: { logs: Logs; metrics: Metrics; readiness: Readiness }): DynamicModule {
		const providers = [
			{ provide: Logs, useValue: telemetry.logs },
			{ provide: Metrics, useValue: telemetry.metrics },
			{ provide: Readiness, useValue: telemetry.readiness },
		];
		return { module: TelemetryModule, global: true, providers, exports: providers };
	}
}
