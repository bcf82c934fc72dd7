import { Injectable } from '@nestjs/common';
import { ConversationsService } from '#libs/conversations';
import { UnitOfWork } from '#libs/database';
import { AppError, type Scope } from '#libs/kernel';
import { FileStorage, type StoredFile } from '#libs/storage';
import { Archive } from './archive.js';
import { ConversationExport } from './conversation-export.js';
import type { ExportOrder } from './export.js';
import { ExportProgress } from './export-progress.js';
import { Unwanted } from './unwanted.js';
import { type ArchiveForm, type CollectionForm, collectionForm, isCollection } from './export/archive-forms.js';
import { conversationForm } from './export/conversation-forms.js';
import type { Subject } from './export/conversation-writer.js';
import { ExportsRepository } from './persistence/exports.repository.js';

/** What is put into an archive, for whom. */
interface Task {
	/** The person's. */
	readonly scope: Scope;
	readonly ids: readonly string[];
	readonly form: ArchiveForm;
	readonly progress: ExportProgress;
}

/** Makes the files of exports. A file is there as a whole or not at all, so what was killed begins again. */
@Injectable()
export class ExportMaker {
	constructor(
		private readonly work: UnitOfWork,
		private readonly exports: ExportsRepository,
		private readonly conversations: ConversationsService,
		private readonly words: ConversationExport,
		private readonly storage: FileStorage,
	) {}

	/** Does nothing for one that is over. Rejects with what went wrong: it may be tried again. */
	async make(scope: Scope, id: string): Promise<void> {
		const order = await this.work.run(scope, (tenant) => this.exports.begin(tenant, id));
		if (order === undefined) return;
		const { storageKey } = order;
		try {
			const file = await this.file(scope, id, order);
			const isWanted = await this.work.run(scope, (tenant) => this.exports.finish(tenant, { id, storageKey }, file));
			if (!isWanted) await this.storage.delete(scope, storageKey);
		} catch (error) {
			if (error instanceof Unwanted) return;
			await this.work.run(scope, (tenant) =>
				this.exports.fail(tenant, { id, storageKey }, 'The file could not be made'),
			);
			throw error;
		}
	}

	/** Removes exports whose time is over. Returns how many. */
	expire(scope: Scope): Promise<number> {
		return this.work.run(scope, (tenant) => this.exports.deleteExpired(tenant));
	}

	private async file(
		scope: Scope,
		id: string,
		{ userId, form, conversationIds, storageKey }: ExportOrder,
	): Promise<StoredFile> {
		const person: Scope = { ...scope, actor: { kind: 'user', userId, sessionId: id } };
		const ids = conversationIds ?? (await this.conversations.ids(person));
		const progress = new ExportProgress(ids.length, (reached) =>
			this.work.run(scope, (tenant) => this.exports.progress(tenant, { id, storageKey }, reached)),
		);
		await progress.tell();
		const archive = new Archive();
		const end = (error: unknown): never => {
			archive.fail(error as Error); // the other side ends, too
			throw error;
		};
		const stored = this.storage.put(scope, storageKey, archive.output).catch(end);
		const filled = this.compose(archive, { scope: person, ids, form, progress }).catch(end);
		await Promise.allSettled([stored, filled]);
		await filled;
		return stored;
	}

	private async compose(archive: Archive, task: Task): Promise<void> {
		const { form, progress } = task;
		if (isCollection(form)) {
			const collection = collectionForm(form);
			await archive.add(collection.file, this.collection(task, collection));
		} else await this.eachAsFile(archive, task, conversationForm(form));
		await progress.tell();
		const { done, messages } = progress.reached;
		const manifest = {
			format: 'parallama.export',
			version: 1,
			form,
			conversations: done,
			messages,
			files: archive.files,
		};
		await archive.add('manifest.json', [`${JSON.stringify(manifest, null, '\t')}\n`]);
		archive.end();
	}

	private async eachAsFile(
		archive: Archive,
		{ scope, ids, progress }: Task,
		{ writer, extension }: ReturnType<typeof conversationForm>,
	): Promise<void> {
		for (const id of ids) {
			const subject = await this.find(scope, id);
			if (subject !== undefined)
				await archive.add(`conversations/${id}.${extension}`, this.words.written(scope, subject, writer));
			await progress.add(subject?.outline.places.length ?? 0);
		}
	}

	private async *collection({ scope, ids, progress }: Task, form: CollectionForm): AsyncIterable<string> {
		yield form.open;
		let n = 0;
		for (const id of ids) {
			const subject = await this.find(scope, id);
			if (subject !== undefined) {
				if (n++ > 0) yield form.between;
				yield* this.words.written(scope, subject, form.writer);
			}
			await progress.add(subject?.outline.places.length ?? 0);
		}
		yield form.close;
	}

	/** `undefined`: it was removed meanwhile. */
	private async find(scope: Scope, id: string): Promise<Subject | undefined> {
		try {
			return await this.words.subject(scope, id);
		} catch (error) {
			if (error instanceof AppError && error.fault === 'missing') return undefined;
			throw error;
		}
	}
}
