export type { JobContract, ScheduledJob } from './contract.js';
export {
	answerAccountRequest,
	eraseAccounts,
	expireRoles,
	jobContracts,
	preparePartitions,
	purgeIdempotencyKeys,
	purgeMails,
	purgeSessions,
	reapCalls,
	rebuildUsage,
	rollUpUsage,
	scheduledJobs,
	sealAudit,
	sendMail,
	tellOfEndingRoles,
} from './contracts.js';
export { JobBus } from './job-bus.js';
export { JobsModule } from './jobs.module.js';
export { type ClaimedJob, type JobState, OutboxRepository } from './persistence/outbox.repository.js';
