import { Injectable } from '@nestjs/common';
import { OwnConversations } from '#libs/conversations';
import { UnitOfWork } from '#libs/database';
import { missing, type Scope } from '#libs/kernel';
import { Invalidations } from '#libs/redis';
import { LiveRuns, STOP_TOPIC } from './live-runs.js';
import { RunsRepository } from './persistence/runs.repository.js';
import type { RunCaller, RunOrder, RunRecord } from './run.js';
import { RunBeginnings } from './run-beginnings.js';
import { RunEngine } from './run-engine.js';

const LISTED = 50;

/** What runs are begun and stopped with. */
@Injectable()
export class RunControl {
	constructor(
		readonly beginnings: RunBeginnings,
		readonly engine: RunEngine,
		readonly live: LiveRuns,
		readonly invalidations: Invalidations,
	) {}
}

/** Runs of a person's own conversations. */
@Injectable()
export class RunsService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly runs: RunsRepository,
		private readonly own: OwnConversations,
		private readonly control: RunControl,
	) {}

	/**
	 * Commits the question and begins its answer. Returns the id of the run, of the one that the same request began before.
	 * @throws AppError missing, invalid, conflict; nothing was committed then
	 */
	async begin(
		scope: Scope,
		caller: RunCaller,
		order: RunOrder,
	): Promise<{ readonly id: string; readonly isRepeated: boolean }> {
		const { beginnings, engine, live } = this.control;
		const model = await beginnings.modelOf(scope, order);
		await engine.demandModel(scope, caller, model);
		const begun = await beginnings.begin(scope, { ...order, model }, live.replicaId);
		if ('repeats' in begun) return { id: begun.repeats, isRepeated: true };
		return { id: engine.launch(scope, caller, begun).id, isRepeated: false };
	}

	/** @throws AppError missing */
	async get(scope: Scope, id: string): Promise<RunRecord> {
		const run = await this.work.run(scope, (tenant) => this.runs.find(tenant, id));
		if (run === undefined) throw missing('The run');
		return run;
	}

	/** Of a conversation, the newest first. @throws AppError missing */
	list(scope: Scope, conversationId: string): Promise<RunRecord[]> {
		return this.work.run(scope, async (tenant) => {
			await this.own.demand(tenant, conversationId);
			return this.runs.list(tenant, conversationId, LISTED);
		});
	}

	/** The id of the run that goes on in the conversation that a client calls so. */
	openIn(scope: Scope, clientChatId: string): Promise<string | undefined> {
		return this.work.run(scope, async (tenant) => {
			const conversationId = await this.runs.conversationOf(tenant, clientChatId);
			const runs = conversationId === undefined ? [] : await this.runs.list(tenant, conversationId, 1);
			return runs.find(({ state }) => state === 'running' || state === 'queued')?.id;
		});
	}

	/** Whoever runs it hears it at once, or with its next sign of life. Nothing happens to one that is over. @throws AppError missing */
	async stop(scope: Scope, id: string): Promise<void> {
		await this.get(scope, id);
		await this.work.run(scope, (tenant) => this.runs.wantStopped(tenant, id));
		await this.control.invalidations.publish(STOP_TOPIC, id);
	}
}
