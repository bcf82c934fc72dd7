export {
	type CallOutcome,
	type CallStart,
	type CallStatus,
	type Dialect,
	NO_TOKENS,
	type TokenUsage,
	type UsageSource,
} from './call.js';
export { CallLedger } from './call-ledger.js';
export type { OpenCall } from './ledgered-call.js';
export { LedgerFlusher } from './ledger-flusher.js';
export { CallLedgerModule, MeteringModule } from './metering.module.js';
export { OrganizationWalk } from './persistence/organization-walk.js';
export { UsagePartitions } from './persistence/usage-partitions.js';
export { Reaper } from './reaper.js';
export { RollupService } from './rollup.service.js';
export { UsageService } from './usage.service.js';
export { type UsageGroup, usageGroups, type UsageQuery, type UsageReport, type UsageSums } from './usage-report.js';
