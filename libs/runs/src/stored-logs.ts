import { Injectable } from '@nestjs/common';
import type { RunEnd, RunEvent } from '#libs/chat';
import { UnitOfWork } from '#libs/database';
import type { Scope } from '#libs/kernel';
import { RunsRepository } from './persistence/runs.repository.js';

/** Of a run that was deleted while it ran. */
export const GONE: RunEnd = Object.freeze({
	type: 'end',
	state: 'failed',
	messageId: null,
	usage: null,
	error: { code: 'run_deleted', message: 'The conversation, or the message that was answered, was deleted meanwhile' },
});

/** Logs of runs that are over. */
@Injectable()
export class StoredLogs {
	constructor(
		private readonly work: UnitOfWork,
		private readonly runs: RunsRepository,
	) {}

	read(scope: Scope, id: string): Promise<readonly RunEvent[] | undefined> {
		return this.work.run(scope, (tenant) => this.runs.log(tenant, id));
	}

	/** How a run ended that somebody else ended, or deleted. */
	async end(scope: Scope, id: string): Promise<RunEnd> {
		const last = (await this.read(scope, id))?.at(-1);
		return last?.type === 'end' ? last : GONE;
	}
}
