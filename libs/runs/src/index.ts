export { chatParameters } from './chat-body.js';
export { LiveRuns } from './live-runs.js';
export type { RunCaller, RunOrder, RunQuestion, RunRecord, RunUsage } from './run.js';
export { type Feed, RunFeeds } from './run-feeds.js';
export { RunRecovery } from './run-recovery.js';
export { RunRecoveryModule, RunsModule } from './runs.module.js';
export { RunsService } from './runs.service.js';
