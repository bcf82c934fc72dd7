import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Principal } from '#libs/access';
import type { RunEnd, RunEvent } from '#libs/chat';
import { CallPolicies, chatEvents, Gateway, type InboundCall, readCall } from '#libs/gateway';
import { AppError, type Scope } from '#libs/kernel';
import type { CallOutcome } from '#libs/metering';
import { LiveRun } from './live-run.js';
import { LiveRuns } from './live-runs.js';
import type { RunUsage, RunCaller } from './run.js';
import type { BegunRun } from './run-beginnings.js';
import { type Ending, RunEndings } from './run-endings.js';
import { StoredLogs } from './stored-logs.js';

/** How long an answer waits for a database that is away. */
const KEEP_TRYING_MS = 10 * 60_000;
const MAX_PAUSE_MS = 2_000;

/** Sends begun runs through the pipeline of calls and stores what comes of them, whoever listens. */
@Injectable()
export class RunEngine implements OnModuleInit {
	private readonly runOf = new WeakMap<InboundCall, LiveRun>();
	private readonly afterRun: ((run: LiveRun, end: RunEnd, principal: Principal) => void)[] = [];

	constructor(
		private readonly gateway: Gateway,
		private readonly policies: CallPolicies,
		private readonly live: LiveRuns,
		private readonly endings: RunEndings,
		private readonly stored: StoredLogs,
	) {}

	onModuleInit(): void {
		this.policies.add({
			after: (call, _, outcome) => {
				const run = this.runOf.get(call);
				if (run !== undefined) void this.settle(run, call.principal, outcome);
			},
		});
	}

	/** Hears of each run that is stored. */
	onStored(listener: (run: LiveRun, end: RunEnd, principal: Principal) => void): void {
		this.afterRun.push(listener);
	}

	/** @throws AppError when the caller may not call the model, or there is none of that name */
	async demandModel(scope: Scope, { principal }: RunCaller, model: string): Promise<void> {
		const body = Buffer.from(JSON.stringify({ model, messages: [{ role: 'user', content: '?' }] }));
		await this.gateway.planOf(callOf(principal, scope.requestId, body));
	}

	/** Goes on by itself; whatever happens is in the log. */
	launch(scope: Scope, caller: RunCaller, { start, body, beginning }: BegunRun): LiveRun {
		const { transaction: _, ...lasting } = scope;
		const run = new LiveRun(lasting, start, (changed) => this.live.changed(changed));
		run.log.append(...(beginning?.content ?? []).flatMap((part): RunEvent[] => (part.type === 'text' ? [part] : [])));
		this.live.add(run);
		void this.call(run, caller, body);
		return run;
	}

	private async call(run: LiveRun, caller: RunCaller, body: Buffer): Promise<void> {
		try {
			await this.handle(run, caller.principal, body).catch(async (error: unknown) => {
				if (!(error instanceof AppError) || error.code !== 'stale_credential') throw error;
				await this.handle(run, await caller.fresh(), body);
			});
		} catch (error) {
			// refused: no call was opened, so that nothing is said afterwards
			run.fail(error instanceof AppError ? error : { code: 'internal_error', message: 'Something went wrong here' });
			await this.settle(run, caller.principal, undefined);
		}
	}

	private async handle(run: LiveRun, principal: Principal, body: Buffer): Promise<void> {
		const call = callOf(principal, run.scope.requestId, body);
		this.runOf.set(call, run);
		run.holds(await this.gateway.handle(call, run));
	}

	private async settle(run: LiveRun, principal: Principal, outcome: CallOutcome | undefined): Promise<void> {
		run.settled();
		const { scope, opening: start, log, error } = run;
		const state = stateOf(run, outcome);
		const usage = outcome === undefined || outcome.usageSource === 'none' ? null : usageOf(outcome);
		const why = state === 'complete' || state === 'stopped' ? null : (error ?? unknownError(outcome));
		const end = await this.store(scope, { start, events: [...log.all], state, usage, error: why });
		log.append(end);
		this.live.changed(run);
		this.live.remove(run);
		for (const listener of this.afterRun) listener(run, end, principal);
	}

	/** Waits for the database as long as it may come back: an answer that was paid for is not thrown away. */
	private async store(scope: Scope, ending: Ending): Promise<RunEnd> {
		const giveUpAt = performance.now() + KEEP_TRYING_MS;
		for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, MAX_PAUSE_MS)) {
			try {
				return (await this.endings.store(scope, ending)) ?? (await this.stored.end(scope, ending.start.runId));
			} catch (error) {
				if (performance.now() > giveUpAt || (error instanceof AppError && error.fault !== 'unavailable'))
					return lost(error);
				await pause(waitMs, undefined, { ref: false });
			}
		}
	}
}

const lost = (error: unknown): RunEnd => ({
	type: 'end',
	state: 'failed',
	messageId: null,
	usage: null,
	error:
		error instanceof AppError
			? { code: error.code, message: error.message }
			: { code: 'not_stored', message: 'The answer could not be stored' },
});

const callOf = (principal: Principal, requestId: string, body: Buffer): InboundCall =>
	readCall({ principal, requestId, operation: chatEvents, forwarded: {}, body, receivedAt: performance.now() });

function stateOf({ isStopWanted, error }: LiveRun, outcome: CallOutcome | undefined): Ending['state'] {
	if (outcome?.status === 'ok') return 'complete';
	if (isStopWanted) return 'stopped';
	return error?.code === 'shutting_down' ? 'interrupted' : 'failed';
}

const usageOf = ({ usage, usageSource }: CallOutcome): RunUsage => {
	const { isInputUnknown: _, ...known } = usage;
	return { ...known, source: usageSource };
};

const unknownError = (outcome: CallOutcome | undefined) => ({
	code: outcome?.errorCode ?? 'failed',
	message: 'The answer was cut off',
});
