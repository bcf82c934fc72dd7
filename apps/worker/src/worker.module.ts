import { type DynamicModule, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { AccessModule } from '#libs/access';
import { AuditModule } from '#libs/audit';
import { type Config, ConfigModule } from '#libs/config';
import { ConversationsModule } from '#libs/conversations';
import { DatabaseMetrics, DatabaseModule } from '#libs/database';
import { KeyExpiry } from '#libs/keys';
import { IdempotencyModule } from '#libs/idempotency';
import { IdentityModule } from '#libs/identity';
import { JobsModule } from '#libs/jobs';
import { ExchangeModule } from '#libs/exchange';
import { MeteringModule } from '#libs/metering';
import { NotificationsModule } from '#libs/notifications';
import { RunRecoveryModule } from '#libs/runs';
import { RedisHealthIndicator, RedisModule } from '#libs/redis';
import { type Telemetry, TelemetryModule } from '#libs/telemetry';
import { ExpireRolesHandler } from './roles/expire-roles.handler.js';
import { TellOfEndingRolesHandler } from './roles/tell-of-ending-roles.handler.js';
import { SealAuditHandler } from './audit/seal-audit.handler.js';
import { PurgeConversationsHandler } from './conversations/purge-conversations.handler.js';
import { RecoverRunsHandler } from './conversations/recover-runs.handler.js';
import { MakeExportHandler } from './exports/make-export.handler.js';
import { RunImportHandler } from './imports/run-import.handler.js';
import { SweepFilesHandler } from './exports/sweep-files.handler.js';
import { ReadinessChecks } from './health/readiness-checks.js';
import { AnswerAccountRequestHandler } from './identity/answer-account-request.handler.js';
import { EraseAccountsHandler } from './identity/erase-accounts.handler.js';
import { PurgeSessionsHandler } from './identity/purge-sessions.handler.js';
import { SurveyKeysHandler } from './keys/survey-keys.handler.js';
import { PurgeMailsHandler } from './mail/purge-mails.handler.js';
import { SendMailHandler } from './mail/send-mail.handler.js';
import { JobQueues } from './relay/job-queues.js';
import { QueueConnectionModule } from './relay/queue-connection.module.js';
import { QueueMetrics } from './relay/queue-metrics.js';
import { OutboxRelay } from './relay/outbox-relay.js';
import { HandlerRegistry } from './runner/handler-registry.js';
import { JobProcessor } from './runner/job-processor.js';
import { JobRunner } from './runner/job-runner.js';
import { DropPartitionsHandler } from './usage/drop-partitions.handler.js';
import { PreparePartitionsHandler } from './usage/prepare-partitions.handler.js';
import { ReapCallsHandler } from './usage/reap-calls.handler.js';
import { PurgeIdempotencyKeysHandler } from './idempotency/purge-idempotency-keys.handler.js';
import { RebuildUsageHandler } from './usage/rebuild-usage.handler.js';
import { ReratePricesHandler } from './prices/rerate-prices.handler.js';
import { RollUpUsageHandler } from './usage/roll-up-usage.handler.js';

const handlers = [
	AnswerAccountRequestHandler,
	EraseAccountsHandler,
	MakeExportHandler,
	RunImportHandler,
	SweepFilesHandler,
	DropPartitionsHandler,
	PreparePartitionsHandler,
	PurgeConversationsHandler,
	RecoverRunsHandler,
	PurgeIdempotencyKeysHandler,
	PurgeMailsHandler,
	PurgeSessionsHandler,
	ReapCallsHandler,
	RebuildUsageHandler,
	ReratePricesHandler,
	RollUpUsageHandler,
	SealAuditHandler,
	ExpireRolesHandler,
	SendMailHandler,
	SurveyKeysHandler,
	TellOfEndingRolesHandler,
];

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
				QueueConnectionModule,
				...QueueConnectionModule.queues(),
				TerminusModule.forRoot({ logger: false }), // a probe every few seconds is no news
				DiscoveryModule,
				AccessModule,
				AuditModule,
				ConversationsModule,
				ExchangeModule,
				IdempotencyModule,
				IdentityModule,
				JobsModule,
				MeteringModule,
				NotificationsModule,
				RunRecoveryModule,
			],
			providers: [
				HandlerRegistry,
				KeyExpiry,
				JobProcessor,
				JobQueues,
				JobRunner,
				DatabaseMetrics,
				OutboxRelay,
				QueueMetrics,
				ReadinessChecks,
				RedisHealthIndicator,
				...handlers,
			],
		};
	}
}
