import { z } from 'zod';
import type { JobContract, ScheduledJob } from './contract.js';

const nothing = z.strictObject({}) as z.ZodType<Record<string, never>>;

/** Writes the ledger rows of calls whose process died. Idempotent. */
export const reapCalls: JobContract<Record<string, never>> = {
	name: 'usage.reap',
	queue: 'usage',
	version: 1,
	payload: nothing,
	attempts: 1, // the next one comes soon
	backoffMs: 0,
};

/** Recomputes the hourly sums of every hour that the ledger changed and that is over. Idempotent. */
export const rollUpUsage: JobContract<Record<string, never>> = {
	name: 'usage.roll-up',
	queue: 'usage',
	version: 1,
	payload: nothing,
	attempts: 3,
	backoffMs: 5_000,
};

/** Makes the ledger's partitions ahead of time. Idempotent. */
export const preparePartitions: JobContract<Record<string, never>> = {
	name: 'usage.prepare-partitions',
	queue: 'usage',
	version: 1,
	payload: nothing,
	attempts: 3,
	backoffMs: 5_000,
};

/** Drops the ledger's days that are too old. Idempotent. */
export const dropPartitions: JobContract<Record<string, never>> = {
	name: 'usage.drop-partitions',
	queue: 'usage',
	version: 1,
	payload: nothing,
	attempts: 3,
	backoffMs: 60_000,
};

/** Recomputes an organization's hourly sums of a period from the ledger, whatever they say now. On demand, idempotent. */
export const rebuildUsage: JobContract<{ from: string; to: string }> = {
	name: 'usage.rebuild',
	queue: 'usage',
	version: 1,
	payload: z.strictObject({ from: z.iso.datetime(), to: z.iso.datetime() }),
	attempts: 5,
	backoffMs: 2_000,
};

/** Charges the calls of a period anew, by the prices of today. On demand, idempotent. */
export const reratePrices: JobContract<{ reratingId: string }> = {
	name: 'prices.rerate',
	queue: 'usage',
	version: 1,
	payload: z.strictObject({ reratingId: z.uuid() }),
	attempts: 10,
	backoffMs: 5_000,
};

/** Deletes stored answers that nobody can ask for any more. Idempotent. */
export const purgeIdempotencyKeys: JobContract<Record<string, never>> = {
	name: 'idempotency.purge',
	queue: 'upkeep',
	version: 1,
	payload: nothing,
	attempts: 3,
	backoffMs: 60_000,
};

/** Adds audit events that wait to the chain of their organization. Idempotent. */
export const sealAudit: JobContract<Record<string, never>> = {
	name: 'audit.seal',
	queue: 'upkeep',
	version: 1,
	payload: nothing,
	attempts: 1, // the next one comes soon
	backoffMs: 0,
};

/** Answers what somebody asked for who is not signed in, by mail. Once. */
export const answerAccountRequest: JobContract<{ requestId: string }> = {
	name: 'account.answer-request',
	queue: 'mail',
	version: 1,
	payload: z.strictObject({ requestId: z.uuid() }),
	attempts: 8,
	backoffMs: 2_000,
};

/** Tells people that a role of theirs ends soon. Idempotent. */
export const tellOfEndingRoles: JobContract<Record<string, never>> = {
	name: 'roles.tell-of-end',
	queue: 'upkeep',
	version: 1,
	payload: nothing,
	attempts: 3,
	backoffMs: 60_000,
};

/** Erases the accounts whose grace period is over, from every table. Idempotent. */
export const eraseAccounts: JobContract<Record<string, never>> = {
	name: 'account.erase',
	queue: 'upkeep',
	version: 1,
	payload: nothing,
	attempts: 3,
	backoffMs: 60_000,
};

/** Deletes sessions, refresh tokens and requests that are over. Idempotent. */
export const purgeSessions: JobContract<Record<string, never>> = {
	name: 'account.purge-sessions',
	queue: 'upkeep',
	version: 1,
	payload: nothing,
	attempts: 3,
	backoffMs: 60_000,
};

/** Sends one mail, or keeps it when there is no mail server. Idempotent: a mail that was sent twice has one Message-ID. */
export const sendMail: JobContract<{ mailId: string }> = {
	name: 'mail.send',
	queue: 'mail',
	version: 1,
	payload: z.strictObject({ mailId: z.uuid() }),
	attempts: 10, // about an hour and a half
	backoffMs: 10_000,
};

/** Deletes old mails. Idempotent. */
export const purgeMails: JobContract<Record<string, never>> = {
	name: 'mail.purge',
	queue: 'upkeep',
	version: 1,
	payload: nothing,
	attempts: 3,
	backoffMs: 60_000,
};

/** Ends answers whose server has gone, with what there is of them. Idempotent. */
export const recoverRuns: JobContract<Record<string, never>> = {
	name: 'runs.recover',
	queue: 'upkeep',
	version: 1,
	payload: nothing,
	attempts: 3,
	backoffMs: 5_000,
};

/** Makes the file of an export. On demand; begins again after a failure, idempotent. */
export const makeExport: JobContract<{ exportId: string }> = {
	name: 'exports.make',
	queue: 'exports',
	version: 1,
	payload: z.strictObject({ exportId: z.uuid() }),
	attempts: 5,
	backoffMs: 5_000,
};

/** Reads a file of conversations. On demand; begins again after a failure, idempotent. */
export const runImport: JobContract<{ importId: string }> = {
	name: 'imports.run',
	queue: 'exports',
	version: 1,
	payload: z.strictObject({ importId: z.uuid() }),
	attempts: 5,
	backoffMs: 5_000,
};

/** Removes exports that are over, and files that nothing names any more. Idempotent. */
export const sweepFiles: JobContract<Record<string, never>> = {
	name: 'files.sweep',
	queue: 'upkeep',
	version: 1,
	payload: nothing,
	attempts: 1, // the next one comes soon
	backoffMs: 0,
};

/** Removes conversations that are older than their organization keeps them. Idempotent. */
export const purgeConversations: JobContract<Record<string, never>> = {
	name: 'conversations.purge',
	queue: 'upkeep',
	version: 1,
	payload: nothing,
	attempts: 3,
	backoffMs: 60_000,
};

/** Takes roles that have reached their end away. Idempotent. */
export const expireRoles: JobContract<Record<string, never>> = {
	name: 'roles.expire',
	queue: 'upkeep',
	version: 1,
	payload: nothing,
	attempts: 1, // the next one comes soon
	backoffMs: 0,
};

/** Counts the keys in use that end soon, for the metrics. Idempotent. */
export const surveyKeys: JobContract<Record<string, never>> = {
	name: 'keys.survey',
	queue: 'upkeep',
	version: 1,
	payload: nothing,
	attempts: 1, // the next one comes soon
	backoffMs: 0,
};

/** Every contract. The worker refuses to boot when one has no handler or two. */
export const jobContracts: readonly JobContract[] = [
	reapCalls,
	rollUpUsage,
	preparePartitions,
	dropPartitions,
	rebuildUsage,
	reratePrices,
	purgeIdempotencyKeys,
	sealAudit,
	expireRoles,
	sendMail,
	purgeMails,
	answerAccountRequest,
	purgeSessions,
	eraseAccounts,
	tellOfEndingRoles,
	purgeConversations,
	recoverRuns,
	surveyKeys,
	makeExport,
	runImport,
	sweepFiles,
];

const SHORTEST_MS = 250;

export const scheduledJobs: readonly ScheduledJob[] = [
	{
		contract: reapCalls,
		everyMs: ({ REPLICA_TIMEOUT_MS }) => Math.max(Math.round(REPLICA_TIMEOUT_MS / 4), SHORTEST_MS),
	},
	{ contract: rollUpUsage, everyMs: ({ ROLLUP_EVERY_MS }) => Math.max(ROLLUP_EVERY_MS, SHORTEST_MS) },
	{ contract: preparePartitions, everyMs: () => 6 * 3_600_000 },
	{ contract: dropPartitions, everyMs: () => 6 * 3_600_000 },
	{ contract: purgeIdempotencyKeys, everyMs: () => 3_600_000 },
	{ contract: sealAudit, everyMs: () => 1_000 },
	{ contract: expireRoles, everyMs: () => 10_000 },
	{ contract: purgeMails, everyMs: () => 3_600_000 },
	{ contract: purgeSessions, everyMs: () => 3_600_000 },
	{ contract: eraseAccounts, everyMs: () => 3_600_000 },
	{ contract: tellOfEndingRoles, everyMs: () => 3_600_000 },
	{ contract: purgeConversations, everyMs: () => 3_600_000 },
	{ contract: recoverRuns, everyMs: () => 30_000 },
	{ contract: sweepFiles, everyMs: () => 60_000 },
	{ contract: surveyKeys, everyMs: () => 60_000 },
];
