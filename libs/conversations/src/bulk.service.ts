import { Injectable } from '@nestjs/common';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { AppError, missing, type Scope } from '#libs/kernel';
import { type BulkInput, bulkAssignments } from './bulk.js';
import { ownerOf } from './owner.js';
import { ConversationsRepository } from './persistence/conversations.repository.js';
import { FoldersRepository } from './persistence/folders.repository.js';
import { TagsRepository } from './persistence/tags.repository.js';

/** Many of a person's conversations at once: all of them, or none. */
@Injectable()
export class BulkService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly conversations: ConversationsRepository,
		private readonly folders: FoldersRepository,
		private readonly tags: TagsRepository,
	) {}

	/**
	 * Returns how many there were.
	 * @throws AppError missing: one of the ids, the folder or the tag is not the person's; invalid when the action lacks its object
	 */
	apply(scope: Scope, input: BulkInput): Promise<number> {
		const ids = [...new Set(input.ids)].toSorted();
		return this.work.run(scope, async (tenant) => {
			const own = await this.conversations.hold(tenant, ownerOf(scope), ids);
			if (own !== ids.length) throw missing('One of the conversations');
			await this.change(tenant, ids, input);
			return ids.length;
		});
	}

	private async change(tenant: TenantScope, ids: readonly string[], input: BulkInput): Promise<void> {
		const { action } = input;
		const assignment = bulkAssignments[action];
		if (assignment !== undefined) return this.conversations.assign(tenant, ids, assignment);
		if (action === 'delete') return this.conversations.deleteAll(tenant, ids);
		if (action === 'move') return this.move(tenant, ids, input.folderId);
		if (input.tagId === undefined) throw lacks('tagId');
		if ((await this.tags.find(tenant, input.tagId)) === undefined) throw missing('The tag');
		if (action === 'tag') return this.tags.add(tenant, ids, input.tagId);
		return this.tags.remove(tenant, ids, input.tagId);
	}

	private async move(tenant: TenantScope, ids: readonly string[], folderId: string | null | undefined): Promise<void> {
		if (folderId === undefined) throw lacks('folderId');
		if (folderId !== null && (await this.folders.find(tenant, folderId)) === undefined) throw missing('The folder');
		await this.conversations.move(tenant, ids, folderId);
	}
}

const lacks = (field: string): AppError =>
	new AppError('invalid', 'validation_failed', `This action needs ${field}`, {
		details: [{ field, code: 'required', message: 'This action needs it' }],
	});
