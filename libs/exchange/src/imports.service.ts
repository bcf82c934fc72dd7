import { Injectable } from '@nestjs/common';
import { AuditLog } from '#libs/audit';
import { ownerOf } from '#libs/conversations';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { JobBus, runImport } from '#libs/jobs';
import { AppError, missing, newId, type Page, type PageRequest, type Scope } from '#libs/kernel';
import { FileStorage } from '#libs/storage';
import { type ImportRecord, isImportOver, MAX_IMPORT_BYTES, MAX_IMPORTS } from './import.js';
import { ImportsRepository } from './persistence/imports.repository.js';

export interface ImportInput {
	/** What the person calls the file. */
	readonly name: string;
	readonly isDryRun: boolean;
	readonly content: AsyncIterable<Uint8Array>;
}

/** A person's imports: the worker reads the files, in the background. */
@Injectable()
export class ImportsService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly imports: ImportsRepository,
		private readonly jobs: JobBus,
		private readonly audit: AuditLog,
		private readonly storage: FileStorage,
	) {}

	/** Takes the file to storage first. @throws AppError conflict `quota_reached`; too_large; invalid `empty_file` */
	async start(scope: Scope, { name, isDryRun, content }: ImportInput): Promise<ImportRecord> {
		const userId = ownerOf(scope);
		const id = newId();
		const storageKey = `imports/${id}`;
		await this.work.run(scope, (tenant) => this.demandRoom(tenant, userId));
		const { bytes } = await this.storage.put(scope, storageKey, atMost(content, MAX_IMPORT_BYTES));
		try {
			if (bytes === 0) throw new AppError('invalid', 'empty_file', 'The file is empty: send it as the body');
			return await this.work.run(scope, async (tenant) => {
				await this.demandRoom(tenant, userId);
				await this.imports.insert(tenant, { id, name, userId, isDryRun, storageKey, bytes });
				await this.jobs.put(tenant, runImport, { importId: id });
				const target = { targetType: 'import', targetId: id } as const;
				await this.audit.record(tenant, { action: 'import.create', ...target, after: { bytes, isDryRun } });
				return this.demand(tenant, id);
			});
		} catch (error) {
			await this.storage.delete(scope, storageKey);
			throw error;
		}
	}

	/** Newest first, without their reports. */
	list(scope: Scope, request: PageRequest): Promise<Page<ImportRecord>> {
		return this.work.run(scope, (tenant) => this.imports.page(tenant, ownerOf(scope), request));
	}

	/** @throws AppError missing */
	get(scope: Scope, id: string): Promise<ImportRecord> {
		return this.work.run(scope, (tenant) => this.demand(tenant, id));
	}

	/** It ends soon; what it has written stays. Nothing where it is over already. @throws AppError missing */
	cancel(scope: Scope, id: string): Promise<ImportRecord> {
		return this.work.run(scope, async (tenant) => {
			if (!isImportOver(await this.demand(tenant, id))) await this.imports.cancel(tenant, id);
			return this.demand(tenant, id);
		});
	}

	/** With its file; what it has written stays. @throws AppError missing */
	remove(scope: Scope, id: string): Promise<void> {
		return this.work.run(scope, async (tenant) => {
			await this.demand(tenant, id);
			await this.imports.delete(tenant, id);
		});
	}

	private async demandRoom(tenant: TenantScope, userId: string): Promise<void> {
		if ((await this.imports.count(tenant, userId)) >= MAX_IMPORTS)
			throw new AppError('conflict', 'quota_reached', `There are ${MAX_IMPORTS} imports already: remove one`);
	}

	private async demand(tenant: TenantScope, id: string): Promise<ImportRecord> {
		const found = await this.imports.find(tenant, ownerOf(tenant), id);
		if (found === undefined) throw missing('The import');
		return found;
	}
}

async function* atMost(content: AsyncIterable<Uint8Array>, limit: number): AsyncIterable<Uint8Array> {
	let bytes = 0;
	for await (const chunk of content) {
		bytes += chunk.length;
		if (bytes > limit) throw new AppError('too_large', 'body_too_large', 'The file is larger than allowed');
		yield chunk;
	}
}
