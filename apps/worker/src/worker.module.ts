import { type DynamicModule, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { type Config, ConfigModule } from '#libs/config';
import { DatabaseModule } from '#libs/database';
import { JobsModule } from '#libs/jobs';
import { MeteringModule } from '#libs/metering';
import { RedisModule } from '#libs/redis';
import { type Telemetry, TelemetryModule } from '#libs/telemetry';
import { JobQueues } from './relay/job-queues.js';
import { OutboxRelay } from './relay/outbox-relay.js';
import { HandlerRegistry } from './runner/handler-registry.js';
import { JobProcessor } from './runner/job-processor.js';
import { JobRunner } from './runner/job-runner.js';
import { PreparePartitionsHandler } from './usage/prepare-partitions.handler.js';
import { ReapCallsHandler } from './usage/reap-calls.handler.js';
import { RebuildUsageHandler } from './usage/rebuild-usage.handler.js';
import { RollUpUsageHandler } from './usage/roll-up-usage.handler.js';

const handlers = [PreparePartitionsHandler, ReapCallsHandler, RebuildUsageHandler, RollUpUsageHandler];

/** The worker: every handler, and what brings jobs to them. */
@Module({})
export class WorkerModule {
	static of(config: Config, telemetry: Telemetry): DynamicModule {
		return {
			module: WorkerModule,
			imports: [
				ConfigModule.of(config),
				TelemetryModule.of(telemetry),
				DatabaseModule.as('worker'),
				RedisModule,
				DiscoveryModule,
				JobsModule,
				MeteringModule,
			],
			providers: [HandlerRegistry, JobProcessor, JobQueues, JobRunner, OutboxRelay, ...handlers],
		};
	}
}
