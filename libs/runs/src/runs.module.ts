import { Module } from '@nestjs/common';
import { ConversationsModule } from '#libs/conversations';
import { GatewayModule } from '#libs/gateway';
import { LiveRuns } from './live-runs.js';
import { RunsRepository } from './persistence/runs.repository.js';
import { RunBeginnings, RunTables } from './run-beginnings.js';
import { RunEndings } from './run-endings.js';
import { RunEngine } from './run-engine.js';
import { RunFeeds } from './run-feeds.js';
import { RunRecovery } from './run-recovery.js';
import { RunStream } from './run-stream.js';
import { StoredLogs } from './stored-logs.js';
import { RunControl, RunsService } from './runs.service.js';

const ending = [RunsRepository, RunEndings, RunRecovery, RunStream];

/** The end of runs whose process has gone. For any process. */
@Module({ imports: [ConversationsModule], providers: ending, exports: ending })
export class RunRecoveryModule {}

/** Runs, in a process that admits calls. */
@Module({
	imports: [ConversationsModule, GatewayModule, RunRecoveryModule],
	providers: [LiveRuns, RunBeginnings, RunControl, RunEngine, RunFeeds, RunTables, RunsService, StoredLogs],
	exports: [LiveRuns, RunFeeds, RunsService],
})
export class RunsModule {}
