import { Injectable } from '@nestjs/common';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { AppError, missing, type Page, type PageRequest, type Scope } from '#libs/kernel';
import type {
	ConversationChange,
	ConversationFilter,
	ConversationInput,
	ConversationRecord,
	ConversationView,
	ForkInput,
} from './conversation.js';
import { effectiveSettings } from './inheritance.js';
import { OwnConversations } from './own-conversations.js';
import { ownerOf } from './owner.js';
import { ConversationsRepository } from './persistence/conversations.repository.js';
import { FoldersRepository } from './persistence/folders.repository.js';
import { MessagesRepository } from './persistence/messages.repository.js';
import { TagsRepository } from './persistence/tags.repository.js';

/** The tables behind a conversation. */
@Injectable()
export class ConversationTables {
	constructor(
		readonly conversations: ConversationsRepository,
		readonly folders: FoldersRepository,
		readonly messages: MessagesRepository,
		readonly tags: TagsRepository,
	) {}
}

/** A person's own conversations. */
@Injectable()
export class ConversationsService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly own: OwnConversations,
		private readonly tables: ConversationTables,
	) {}

	/** The last active first; never temporary ones. */
	list(scope: Scope, filter: ConversationFilter, request: PageRequest): Promise<Page<ConversationRecord>> {
		return this.work.run(scope, (tenant) =>
			this.tables.conversations.page(tenant, ownerOf(scope), { ...request, filter }),
		);
	}

	/** Of all, oldest first, but temporary ones and those in the trash. */
	ids(scope: Scope): Promise<string[]> {
		return this.work.run(scope, (tenant) => this.tables.conversations.ids(tenant, ownerOf(scope)));
	}

	/** Also one in the trash. @throws AppError missing */
	get(scope: Scope, id: string): Promise<ConversationView> {
		return this.work.run(scope, (tenant) => this.view(tenant, id));
	}

	/** `isTemporary` stays as it is for good. @throws AppError missing for a folder or tag that is not the person's */
	create(scope: Scope, input: ConversationInput & { readonly isTemporary?: boolean }): Promise<ConversationView> {
		return this.work.run(scope, async (tenant) => {
			await this.demandFolder(tenant, input.folderId);
			const titleSource = input.title === undefined || input.title === '' ? 'none' : 'person';
			const id = await this.tables.conversations.insert(tenant, ownerOf(scope), { ...input, titleSource });
			if (input.tagIds !== undefined) await this.tables.tags.set(tenant, id, input.tagIds);
			return this.view(tenant, id);
		});
	}

	/** @throws AppError missing, also for a folder or tag; conflict `conversation_in_trash` */
	update(scope: Scope, id: string, change: ConversationChange): Promise<ConversationView> {
		return this.work.run(scope, async (tenant) => {
			await this.own.demandOpen(tenant, id);
			await this.demandFolder(tenant, change.folderId);
			await this.tables.conversations.update(tenant, id, change);
			if (change.tagIds !== undefined) await this.tables.tags.set(tenant, id, change.tagIds);
			return this.view(tenant, id);
		});
	}

	/** A title out of the first answer, unless there is one already. Returns whether it was taken. @throws AppError missing */
	giveTitle(scope: Scope, id: string, title: string): Promise<boolean> {
		return this.work.run(scope, async (tenant) => {
			const { titleSource } = await this.own.demandOpen(tenant, id);
			if (titleSource !== 'none') return false;
			await this.tables.conversations.update(tenant, id, { title, titleSource: 'generated' });
			return true;
		});
	}

	/** Into the trash; a temporary one is gone at once. @throws AppError missing */
	trash(scope: Scope, id: string): Promise<void> {
		return this.work.run(scope, async (tenant) => {
			const { isTemporary } = await this.own.demand(tenant, id);
			if (isTemporary) await this.tables.conversations.delete(tenant, id);
			else await this.tables.conversations.setTrash(tenant, id, true);
		});
	}

	/** @throws AppError missing */
	restore(scope: Scope, id: string): Promise<ConversationView> {
		return this.work.run(scope, async (tenant) => {
			await this.own.demand(tenant, id);
			await this.tables.conversations.setTrash(tenant, id, false);
			return this.view(tenant, id);
		});
	}

	/** For good, with everything in it. @throws AppError missing */
	delete(scope: Scope, id: string): Promise<void> {
		return this.work.run(scope, async (tenant) => {
			await this.own.demand(tenant, id);
			await this.tables.conversations.delete(tenant, id);
		});
	}

	/** Shows the branch on which a message is, down to its newest answer. @throws AppError missing; conflict `conversation_in_trash` */
	showBranch(scope: Scope, id: string, messageId: string): Promise<ConversationView> {
		return this.work.run(scope, async (tenant) => {
			await this.own.demandOpen(tenant, id);
			await this.demandMessage(tenant, id, messageId);
			const leaf = (await this.tables.messages.leafBelow(tenant, id, messageId)) ?? messageId;
			await this.tables.conversations.setActiveLeaf(tenant, id, leaf);
			return this.view(tenant, id);
		});
	}

	/** A new conversation with the messages up to one. @throws AppError missing; conflict `conversation_in_trash`, `conversation_empty` */
	fork(scope: Scope, id: string, { messageId, title }: ForkInput): Promise<ConversationView> {
		return this.work.run(scope, async (tenant) => {
			const source = await this.own.demandOpen(tenant, id);
			const leafId = messageId ?? source.activeLeafId;
			if (leafId === null) throw new AppError('conflict', 'conversation_empty', 'There is no message to fork at');
			await this.demandMessage(tenant, id, leafId);
			const copy = await this.tables.conversations.insert(tenant, ownerOf(scope), {
				...source,
				title: title ?? source.title,
				titleSource: title === undefined ? source.titleSource : 'person',
				metadata: { ...source.metadata, forkedFrom: { conversationId: id, messageId: leafId } },
				isPinned: false,
				archivedAt: null,
				createdAt: undefined,
				lastActiveAt: undefined,
			});
			await this.tables.messages.copyBranch(tenant, { conversationId: id, leafId }, copy);
			await this.tables.tags.set(tenant, copy, source.tagIds);
			return this.view(tenant, copy);
		});
	}

	private async view(tenant: TenantScope, id: string): Promise<ConversationView> {
		const record = await this.own.demand(tenant, id);
		const folders = record.folderId === null ? [] : await this.tables.folders.path(tenant, record.folderId);
		return { ...record, effective: effectiveSettings(record, folders) };
	}

	private async demandFolder(tenant: TenantScope, id: string | null | undefined): Promise<void> {
		if (id != null && (await this.tables.folders.find(tenant, id)) === undefined) throw missing('The folder');
	}

	private async demandMessage(tenant: TenantScope, conversationId: string, id: string): Promise<void> {
		if ((await this.tables.messages.find(tenant, conversationId, id)) === undefined) throw missing('The message');
	}
}
