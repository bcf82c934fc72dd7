import { Injectable } from '@nestjs/common';
import { folded, heuristicTitle, type RunEnd, type RunError, type RunEvent, type RunStart } from '#libs/chat';
import { type MessageState, MessagesRepository, type RunState, textOf } from '#libs/conversations';
import { type TenantScope, UnitOfWork } from '#libs/database';
import type { Scope } from '#libs/kernel';
import { type FoundRun, RunsRepository } from './persistence/runs.repository.js';
import type { RunUsage } from './run.js';

/** How a run ended, before it is stored. */
export interface Ending {
	readonly start: RunStart;
	/** `start` and what followed, without `end`. */
	readonly events: readonly RunEvent[];
	readonly state: MessageState;
	readonly usage: RunUsage | null;
	readonly error: RunError | null;
}

const runStates: Readonly<Record<MessageState, RunState>> = {
	complete: 'completed',
	stopped: 'stopped',
	interrupted: 'interrupted',
	failed: 'failed',
};

/** Stores what came of runs: answer, state and log in one transaction, once. */
@Injectable()
export class RunEndings {
	constructor(
		private readonly work: UnitOfWork,
		private readonly runs: RunsRepository,
		private readonly messages: MessagesRepository,
	) {}

	/** Returns the last event, or nothing when somebody else ended the run, or it was deleted. */
	store(scope: Scope, ending: Ending): Promise<RunEnd | undefined> {
		const { start, state, usage, error } = ending;
		const answer = folded(ending.events);
		// an answer that is whole is kept even when it says nothing; of others only what came
		const messageId = answer.content.length > 0 || state === 'complete' ? start.messageId : null;
		const end: RunEnd = { type: 'end', state, messageId, usage, error };
		const events = [...ending.events, end];
		const result = { id: start.runId, state: runStates[state], messageId, error, usage, events };
		return this.work.run(scope, async (tenant) => {
			if (!(await this.runs.claim(tenant, result))) return undefined;
			if (messageId !== null) {
				const leaf = await this.runs.activeLeaf(tenant, start.conversationId);
				await this.messages.append(tenant, start.conversationId, [
					{
						id: messageId,
						parentId: start.parentId,
						role: 'assistant',
						content: answer.content,
						model: start.model,
						state,
						finishReason: answer.finishReason,
						usage: usage === null ? null : { ...usage },
						runId: start.runId,
					},
				]);
				// whoever looks at another branch meanwhile stays there
				if (leaf !== start.parentId) await this.runs.setActiveLeaf(tenant, start.conversationId, leaf);
			}
			if (messageId !== null) await this.entitle(tenant, start);
			await this.runs.keep(tenant, result);
			return end;
		});
	}

	/** A conversation without a title gets one with its first answer, from what was asked. */
	private async entitle(scope: TenantScope, { conversationId, parentId }: RunStart): Promise<void> {
		if (!(await this.runs.isUntitled(scope, conversationId))) return;
		const question = await this.messages.find(scope, conversationId, parentId);
		const title = heuristicTitle(textOf(question?.content ?? []));
		if (title !== '') await this.runs.entitle(scope, conversationId, title);
	}

	/** Ends a run whose process is gone with what Redis has of it. */
	interrupt(scope: Scope, run: FoundRun, events: readonly RunEvent[]): Promise<RunEnd | undefined> {
		const { id, conversationId, parentId, model, answerId } = run;
		const start: RunStart = {
			type: 'start',
			runId: id,
			conversationId,
			parentId: parentId ?? '',
			messageId: answerId,
			model,
		};
		const error = {
			code: 'interrupted',
			message: 'The server that wrote this answer has gone: continue it, or ask again',
		};
		const known = events.filter(({ type }) => type !== 'end');
		return this.store(scope, {
			start,
			events: known.length === 0 ? [start] : known,
			state: 'interrupted',
			usage: null,
			error,
		});
	}
}
