import { Injectable } from '@nestjs/common';
import { AuditLog } from '#libs/audit';
import { ownerOf } from '#libs/conversations';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { JobBus, makeExport } from '#libs/jobs';
import { AppError, missing, type Page, type PageRequest, type Scope } from '#libs/kernel';
import { DownloadLinks } from '#libs/storage';
import { type ExportInput, type ExportRecord, isOver, MAX_EXPORTS } from './export.js';
import { ExportsRepository } from './persistence/exports.repository.js';

/** Where a browser gets the file, for some minutes. */
export interface ExportLink {
	readonly token: string;
	readonly expiresAt: Date;
}

/** A person's exports: the worker makes them, in the background. */
@Injectable()
export class ExportsService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly exports: ExportsRepository,
		private readonly jobs: JobBus,
		private readonly audit: AuditLog,
		private readonly links: DownloadLinks,
	) {}

	/** @throws AppError conflict `quota_reached` */
	start(scope: Scope, input: ExportInput): Promise<ExportRecord> {
		const userId = ownerOf(scope);
		return this.work.run(scope, async (tenant) => {
			if ((await this.exports.count(tenant, userId)) >= MAX_EXPORTS)
				throw new AppError('conflict', 'quota_reached', `There are ${MAX_EXPORTS} exports already: remove one`);
			const id = await this.exports.insert(tenant, userId, input);
			await this.jobs.put(tenant, makeExport, { exportId: id });
			const { form, conversationIds } = input;
			await this.audit.record(tenant, {
				action: 'export.create',
				targetType: 'export',
				targetId: id,
				after: { form, conversations: conversationIds?.length ?? 'all' },
			});
			return this.demand(tenant, id);
		});
	}

	/** Newest first. */
	list(scope: Scope, request: PageRequest): Promise<Page<ExportRecord>> {
		return this.work.run(scope, (tenant) => this.exports.page(tenant, ownerOf(scope), request));
	}

	/** @throws AppError missing */
	get(scope: Scope, id: string): Promise<ExportRecord> {
		return this.work.run(scope, (tenant) => this.demand(tenant, id));
	}

	/** A link to the file, a new one each time. @throws AppError missing; conflict `export_not_ready` */
	async link(scope: Scope, id: string): Promise<ExportLink> {
		const { state, createdAt, path } = await this.work.run(scope, async (tenant) => ({
			...(await this.demand(tenant, id)),
			path: await this.exports.fileOf(tenant, id),
		}));
		if (path === undefined)
			throw new AppError('conflict', 'export_not_ready', `The export is ${state}: there is no file`);
		return this.links.make({
			organizationId: scope.organizationId,
			path,
			name: `conversations-${createdAt.toISOString().slice(0, 10)}.zip`,
			mediaType: 'application/zip',
		});
	}

	/** It ends soon, without a file. Nothing where it is over already. @throws AppError missing */
	cancel(scope: Scope, id: string): Promise<ExportRecord> {
		return this.work.run(scope, async (tenant) => {
			const found = await this.demand(tenant, id);
			if (!isOver(found)) await this.exports.cancel(tenant, id);
			return this.demand(tenant, id);
		});
	}

	/** With its file. @throws AppError missing */
	remove(scope: Scope, id: string): Promise<void> {
		return this.work.run(scope, async (tenant) => {
			await this.demand(tenant, id);
			await this.exports.delete(tenant, id);
		});
	}

	private async demand(tenant: TenantScope, id: string): Promise<ExportRecord> {
		const found = await this.exports.find(tenant, ownerOf(tenant), id);
		if (found === undefined) throw missing('The export');
		return found;
	}
}
