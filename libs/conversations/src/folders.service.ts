import { Injectable } from '@nestjs/common';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { AppError, missing, type Scope } from '#libs/kernel';
import type { FolderChange, FolderInput, FolderRecord } from './folder.js';
import { MAX_FOLDER_DEPTH } from './inheritance.js';
import { FoldersRepository } from './persistence/folders.repository.js';

/** A person's own folders, in each other. */
@Injectable()
export class FoldersService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly folders: FoldersRepository,
	) {}

	/** All of them, by name; `parentId` makes the tree. */
	list(scope: Scope): Promise<FolderRecord[]> {
		return this.work.run(scope, (tenant) => this.folders.all(tenant));
	}

	/** @throws AppError missing */
	get(scope: Scope, id: string): Promise<FolderRecord> {
		return this.work.run(scope, (tenant) => this.demand(tenant, id));
	}

	/** @throws AppError missing for the parent; conflict `folder_too_deep`, `quota_reached` */
	create(scope: Scope, input: FolderInput): Promise<FolderRecord> {
		return this.work.run(scope, async (tenant) => {
			await this.folders.hold(tenant);
			if (input.parentId !== null) await this.demandPlace(tenant, undefined, input.parentId);
			return this.demand(tenant, await this.folders.insert(tenant, input));
		});
	}

	/** @throws AppError missing; conflict `folder_in_itself`, `folder_too_deep` */
	update(scope: Scope, id: string, change: FolderChange): Promise<FolderRecord> {
		return this.work.run(scope, async (tenant) => {
			await this.folders.hold(tenant);
			await this.demand(tenant, id);
			if (change.parentId != null) await this.demandPlace(tenant, id, change.parentId);
			await this.folders.update(tenant, id, change);
			return this.demand(tenant, id);
		});
	}

	/** With the folders in it; conversations stay, in no folder. @throws AppError missing */
	remove(scope: Scope, id: string): Promise<void> {
		return this.work.run(scope, async (tenant) => {
			await this.folders.hold(tenant);
			await this.demand(tenant, id);
			await this.folders.delete(tenant, id);
		});
	}

	/** Whether a folder, `undefined` for a new one, may lie in `parentId`. */
	private async demandPlace(tenant: TenantScope, id: string | undefined, parentId: string): Promise<void> {
		await this.demand(tenant, parentId);
		const around = await this.folders.path(tenant, parentId);
		if (around.some((folder) => folder.id === id))
			throw new AppError('conflict', 'folder_in_itself', 'A folder cannot lie in itself or in one below it');
		const height = id === undefined ? 1 : await this.folders.height(tenant, id);
		if (around.length + height > MAX_FOLDER_DEPTH)
			throw new AppError('conflict', 'folder_too_deep', `Folders lie at most ${MAX_FOLDER_DEPTH} deep`);
	}

	private async demand(tenant: TenantScope, id: string): Promise<FolderRecord> {
		const found = await this.folders.find(tenant, id);
		if (found === undefined) throw missing('The folder');
		return found;
	}
}
