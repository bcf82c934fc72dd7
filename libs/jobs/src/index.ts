export type { JobContract, ScheduledJob } from './contract.js';
export {
	answerAccountRequest,
	eraseAccounts,
	expireRoles,
	jobContracts,
	makeExport,
	preparePartitions,
	purgeConversations,
	purgeIdempotencyKeys,
	purgeMails,
	purgeSessions,
	reapCalls,
	recoverRuns,
	dropPartitions,
	rebuildUsage,
	reratePrices,
	rollUpUsage,
	runImport,
	scheduledJobs,
	sealAudit,
	sendMail,
	surveyKeys,
	sweepFiles,
	tellOfEndingRoles,
} from './contracts.js';
export { JobBoard } from './job-board.js';
export { JobBus } from './job-bus.js';
export { JobsModule } from './jobs.module.js';
export { type ClaimedJob, type JobDetails, type JobState, OutboxRepository } from './persistence/outbox.repository.js';
