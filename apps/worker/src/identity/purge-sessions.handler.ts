import { SessionPurge } from '#libs/identity';
import { purgeSessions } from '#libs/jobs';
import { HandlesJob, type JobHandler } from '../runner/job-handler.js';

@HandlesJob(purgeSessions)
export class PurgeSessionsHandler implements JobHandler<Record<string, never>> {
	constructor(private readonly sessions: SessionPurge) {}

	async handle(): Promise<void> {
		await this.sessions.purge();
	}
}
