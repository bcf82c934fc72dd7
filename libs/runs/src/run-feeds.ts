import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { EventLog } from '#libs/chat';
import { missing, type Scope, userIdOf } from '#libs/kernel';
import { LiveRuns } from './live-runs.js';
import type { FoundRun } from './persistence/runs.repository.js';
import { RunRecovery } from './run-recovery.js';
import { RunStream } from './run-stream.js';
import { GONE, StoredLogs } from './stored-logs.js';

const POLL_MS = 75;
/** How often it is asked whether a silent run still has a process. */
const CHECK_MS = 1_000;
const BATCH = 500;

/** Reads along. */
export interface Feed {
	readonly log: EventLog;
	/** Nobody reads any more. */
	close(): void;
}

interface Followed {
	readonly log: EventLog;
	readers: number;
}

/** The log of any run of a person, wherever it runs or ran. */
@Injectable()
export class RunFeeds {
	/** Runs of other replicas that are read here: read once for all who do. */
	private readonly followed = new Map<string, Followed>();

	constructor(
		private readonly live: LiveRuns,
		private readonly stream: RunStream,
		private readonly stored: StoredLogs,
		private readonly recovery: RunRecovery,
	) {}

	/** @throws AppError missing */
	async open(scope: Scope, id: string): Promise<Feed> {
		const live = this.live.find(scope.organizationId, id);
		if (live !== undefined && userIdOf(live.scope) === userIdOf(scope))
			return { log: live.log, close: () => undefined };
		const run = await this.recovery.find(scope, id);
		if (run === undefined) throw missing('The run');
		return isOpen(run) ? this.follow(scope, id) : { log: await this.past(scope, id), close: () => undefined };
	}

	private async past(scope: Scope, id: string, log = new EventLog()): Promise<EventLog> {
		const events = await this.stored.read(scope, id);
		log.append(...(events?.slice(log.last) ?? [GONE]));
		if (log.end === undefined) log.append(GONE);
		return log;
	}

	private follow(scope: Scope, id: string): Feed {
		const followed = this.followed.get(id) ?? { log: new EventLog(), readers: 0 };
		followed.readers++;
		if (followed.readers === 1) {
			this.followed.set(id, followed);
			void this.pump({ ...scope, transaction: undefined }, id, followed);
		}
		let isClosed = false;
		return {
			log: followed.log,
			close: () => {
				if (!isClosed) followed.readers--;
				isClosed = true;
			},
		};
	}

	private async pump(scope: Scope, id: string, followed: Followed): Promise<void> {
		const { log } = followed;
		let checkedAt = performance.now();
		while (followed.readers > 0 && log.end === undefined) {
			const { organizationId } = scope;
			const more = await this.stream.read({ organizationId, id }, log.last, BATCH).catch(() => []);
			log.append(...more.map(({ event }) => event));
			if (more.length > 0) continue;
			if (performance.now() - checkedAt > CHECK_MS) {
				await this.check(scope, id, log).catch(() => undefined); // the database is away: later
				checkedAt = performance.now();
			}
			await pause(POLL_MS, undefined, { ref: false });
		}
		if (this.followed.get(id) === followed) this.followed.delete(id);
	}

	private async check(scope: Scope, id: string, log: EventLog): Promise<void> {
		const run = await this.recovery.find(scope, id);
		if (run !== undefined && isOpen(run) && !(await this.recovery.recover(scope, run))) return;
		await this.past(scope, id, log);
	}
}

const isOpen = ({ state }: FoundRun): boolean => state === 'running' || state === 'queued';
