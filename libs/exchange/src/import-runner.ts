import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { AppError, type Scope } from '#libs/kernel';
import { FileStorage } from '#libs/storage';
import { Unwanted } from './unwanted.js';
import { type ImportCounts, type ImportOrder, MAX_REPORT, noCounts, type ReportLine } from './import.js';
import { sourceValues, type SourceValue, UnreadableFile } from './import/import-source.js';
import { ImportWriter } from './import/import-writer.js';
import { conversationsIn, readConversation } from './import/read-conversation.js';
import { type ImportRun, ImportsRepository } from './persistence/imports.repository.js';

const TELL_EVERY_MS = 500;

/** What a run has come to. */
class Reached {
	counts: ImportCounts = noCounts;
	report: ReportLine[] = [];
	share = 0;
	toldAt = 0;

	count(what: keyof ImportCounts, n = 1): void {
		this.counts = { ...this.counts, [what]: this.counts[what] + n };
	}

	say(line: ReportLine): void {
		if (this.report.length < MAX_REPORT) this.report.push(line);
	}
}

/** Reads the files that people brought along. What was killed begins again: what is there already stays as it is. */
@Injectable()
export class ImportRunner {
	constructor(
		private readonly work: UnitOfWork,
		private readonly imports: ImportsRepository,
		private readonly writer: ImportWriter,
		private readonly storage: FileStorage,
	) {}

	/** Does nothing for one that is over. Rejects with what went wrong where it may be tried again. */
	async run(scope: Scope, id: string): Promise<void> {
		const order = await this.work.run(scope, (tenant) => this.imports.begin(tenant, id));
		if (order === undefined) return;
		const reached = new Reached();
		try {
			await this.read(scope, order, reached);
			reached.share = 1;
			await this.tell(scope, order, reached);
			await this.end(scope, order, null);
		} catch (error) {
			if (error instanceof Unwanted) return;
			const isHopeless = error instanceof UnreadableFile;
			await this.end(scope, order, isHopeless ? error.message : 'The file could not be read to its end');
			if (!isHopeless) throw error;
		}
	}

	/** Removes old imports. Returns how many. */
	expire(scope: Scope): Promise<number> {
		return this.work.run(scope, (tenant) => this.imports.deleteOld(tenant));
	}

	private async read(scope: Scope, order: ImportOrder & ImportRun, reached: Reached): Promise<void> {
		const person: Scope = { ...scope, actor: { kind: 'user', userId: order.userId, sessionId: order.id } };
		const open = () => this.storage.get(scope, order.storageKey);
		for await (const value of sourceValues(open, order.bytes)) {
			await this.take(person, value, { isDryRun: order.isDryRun, reached });
			reached.share = value.share;
			if (performance.now() - reached.toldAt >= TELL_EVERY_MS) await this.tell(scope, order, reached);
		}
	}

	private async take(
		scope: Scope,
		{ where, value }: SourceValue,
		{ isDryRun, reached }: { readonly isDryRun: boolean; readonly reached: Reached },
	): Promise<void> {
		const failed = (title: string | null, reason: string): void => {
			reached.count('failed');
			reached.say({ where, title, isImported: false, reasons: [reason] });
		};
		if ('tooLarge' in value) return failed(null, `It has ${value.tooLarge} bytes, which is too much`);
		let all: readonly unknown[];
		try {
			all = conversationsIn(JSON.parse(value.bytes.toString()));
		} catch {
			return failed(null, 'It is no JSON');
		}
		for (const one of all) {
			try {
				const imported = readConversation(one);
				const written = await this.writer.write(scope, imported, isDryRun);
				reached.count(written.outcome);
				reached.count('messages', written.messages);
				if (imported.notes.length > 0)
					reached.say({ where, title: imported.title, isImported: true, reasons: imported.notes });
			} catch (error) {
				// of what our own side lacks the whole run is tried again
				if (error instanceof AppError && error.fault !== 'conflict' && error.fault !== 'invalid') throw error;
				if (!(error instanceof Error) || error.name === 'QueryFailedError') throw error;
				failed(null, error.message);
			}
		}
	}

	/** @throws Unwanted */
	private async tell(scope: Scope, run: ImportRun, reached: Reached): Promise<void> {
		const { counts, report, share } = reached;
		reached.toldAt = performance.now();
		const progress = Math.min(99, Math.floor(share * 100));
		const isWanted = await this.work.run(scope, (tenant) =>
			this.imports.progress(tenant, run, { progress, counts, report }),
		);
		if (!isWanted) throw new Unwanted();
	}

	private end(scope: Scope, run: ImportRun, problem: string | null): Promise<void> {
		const state = problem === null ? 'done' : 'failed';
		return this.work.run(scope, (tenant) => this.imports.end(tenant, run, { state, problem }));
	}
}
