import { Injectable } from '@nestjs/common';
import type { RunEvent } from '#libs/chat';
import { UnitOfWork } from '#libs/database';
import type { Scope } from '#libs/kernel';
import { type FoundRun, RunsRepository } from './persistence/runs.repository.js';
import { RunEndings } from './run-endings.js';
import { type RunKey, RunStream } from './run-stream.js';

const BATCH = 1_000;
const AT_ONCE = 100;

/** Ends runs whose process has gone, with what Redis has of them. For any process. */
@Injectable()
export class RunRecovery {
	constructor(
		private readonly work: UnitOfWork,
		private readonly runs: RunsRepository,
		private readonly endings: RunEndings,
		private readonly stream: RunStream,
	) {}

	find(scope: Scope, id: string): Promise<FoundRun | undefined> {
		return this.work.run(scope, (tenant) => this.runs.find(tenant, id));
	}

	/** Returns whether it is over now. */
	async recover(scope: Scope, run: FoundRun): Promise<boolean> {
		if (!run.isSilent) return false;
		await this.endings.interrupt(scope, run, await this.eventsOf({ organizationId: scope.organizationId, id: run.id }));
		return true;
	}

	/** All of an organization that are silent; returns how many. */
	async recoverAll(scope: Scope): Promise<number> {
		const ids = await this.work.run(scope, (tenant) => this.runs.silent(tenant, AT_ONCE));
		let ended = 0;
		for (const id of ids) {
			const run = await this.find(scope, id);
			if (run !== undefined && (await this.recover(scope, run))) ended++;
		}
		return ended;
	}

	private async eventsOf(key: RunKey): Promise<RunEvent[]> {
		const events: RunEvent[] = [];
		for (;;) {
			const more = await this.stream.read(key, events.length, BATCH).catch(() => []);
			if (more.length === 0) return events;
			events.push(...more.map(({ event }) => event));
		}
	}
}
