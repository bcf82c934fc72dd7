import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { newId, Roster, systemScope } from '#libs/kernel';
import { Invalidations } from '#libs/redis';
import { LiveRun } from './live-run.js';
import { RunsRepository } from './persistence/runs.repository.js';
import { RunStream } from './run-stream.js';

const BEAT_MS = 5_000;
/** Pieces that come within it travel to Redis together. */
const WRITE_MS = 25;
export const STOP_TOPIC = 'run-stop';

/** The runs of this process: gives signs of life, carries their logs to Redis, hears who is to stop. */
@Injectable()
export class LiveRuns implements OnModuleDestroy {
	readonly replicaId = newId();
	private readonly byId = new Map<string, LiveRun>();
	private readonly unwritten = new Roster<LiveRun>();
	private readonly beats = setInterval(() => void this.beat(), BEAT_MS).unref();
	private writing: NodeJS.Timeout | undefined;
	private whenNone: (() => void) | undefined;

	constructor(
		private readonly work: UnitOfWork,
		private readonly runs: RunsRepository,
		private readonly stream: RunStream,
		invalidations: Invalidations,
	) {
		invalidations.on(STOP_TOPIC, (id) => this.byId.get(id)?.stop());
	}

	get size(): number {
		return this.byId.size;
	}

	find(organizationId: string, id: string): LiveRun | undefined {
		const run = this.byId.get(id);
		return run?.scope.organizationId === organizationId ? run : undefined;
	}

	add(run: LiveRun): void {
		this.byId.set(run.id, run);
		this.changed(run);
	}

	/** Its row is written. */
	remove(run: LiveRun): void {
		this.byId.delete(run.id);
		if (this.byId.size === 0) this.whenNone?.();
	}

	/** There is more for Redis. */
	changed(run: LiveRun): void {
		if (run.place < 0) this.unwritten.add(run);
		this.writing ??= setTimeout(() => void this.write(), WRITE_MS).unref();
	}

	/** Resolves when none is left. */
	async none(): Promise<void> {
		if (this.byId.size === 0) return;
		await new Promise<void>((resolve) => {
			this.whenNone = resolve;
		});
	}

	/** What Redis does not take is tried again with what comes next, and with the next sign of life. */
	private async write(): Promise<void> {
		const runs = [...this.unwritten];
		for (const run of runs) this.unwritten.remove(run);
		await Promise.all(runs.map((run) => this.writeOne(run)));
		this.writing = undefined;
		if (this.unwritten.size > 0) this.writing = setTimeout(() => void this.write(), WRITE_MS).unref();
	}

	private async writeOne(run: LiveRun): Promise<void> {
		const { organizationId } = run.scope;
		const events = run.log.all.slice(run.written);
		if (events.length === 0) return;
		if (await this.stream.append({ organizationId, id: run.id }, run.written, events)) run.written += events.length;
	}

	private async beat(): Promise<void> {
		const byOrganization = Map.groupBy(this.byId.values(), ({ scope }) => scope.organizationId);
		for (const [organizationId, runs] of byOrganization) {
			const scope = systemScope(organizationId, 'api', this.replicaId);
			const ids = runs.map(({ id }) => id);
			const stopped = await this.work.run(scope, (tenant) => this.runs.beat(tenant, ids)).catch(() => []);
			for (const id of stopped) this.byId.get(id)?.stop();
			for (const run of runs) if (run.written < run.log.last) this.changed(run);
		}
	}

	onModuleDestroy(): void {
		clearInterval(this.beats);
		clearTimeout(this.writing);
	}
}
