import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { missing, type Page, type PageRequest, type Scope } from '#libs/kernel';
import { inOrder, type PlacedMessage } from './append-order.js';
import type { Appended, SubtreeRemoval } from './conversation.js';
import type { ContentPart, MessageRecord } from './message.js';
import { OwnConversations } from './own-conversations.js';
import { type BranchMessage, MessagesRepository } from './persistence/messages.repository.js';

/** Messages of a person's own conversations. They never change: an edit is a sibling. */
@Injectable()
export class MessagesService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly own: OwnConversations,
		private readonly messages: MessagesRepository,
	) {}

	/**
	 * Appends in order; the last one is the active leaf. What names no parent answers the one before, the first one the
	 * active leaf. Costs the same however long the conversation is.
	 * @throws AppError missing: conversation, parent or attachment; conflict `conversation_in_trash`, `quota_reached`
	 */
	append(scope: Scope, conversationId: string, messages: readonly PlacedMessage[]): Promise<Appended> {
		return this.work.run(scope, async (tenant) => {
			const { activeLeafId } = await this.own.demandOpen(tenant, conversationId);
			return this.messages.append(tenant, conversationId, inOrder(messages, activeLeafId));
		});
	}

	/** Another version of a message, beside it: same role, same parent. @throws AppError as `append` */
	edit(scope: Scope, conversationId: string, id: string, content: readonly ContentPart[]): Promise<MessageRecord> {
		return this.work.run(scope, async (tenant) => {
			await this.own.demandOpen(tenant, conversationId);
			const { role, parentId, model } = present(await this.messages.find(tenant, conversationId, id));
			const metadata = { editOf: id };
			const [made] = await this.messages.append(tenant, conversationId, [{ role, parentId, model, content, metadata }]);
			return present(made);
		});
	}

	/** @throws AppError missing */
	get(scope: Scope, conversationId: string, id: string): Promise<MessageRecord> {
		return this.work.run(scope, async (tenant) => {
			await this.own.demand(tenant, conversationId);
			return present(await this.messages.find(tenant, conversationId, id));
		});
	}

	/** From a leaf, by default the active one, towards the root. A page ends where the next one begins. @throws AppError missing */
	branch(
		scope: Scope,
		conversationId: string,
		{ leafId, after, limit }: PageRequest & { readonly leafId?: string | undefined },
	): Promise<Page<BranchMessage>> {
		return this.work.run(scope, async (tenant) => {
			const { activeLeafId } = await this.own.demand(tenant, conversationId);
			const from = after ?? leafId ?? activeLeafId;
			if (from === null) return { items: [], next: null };
			const rows = await this.messages.branch(tenant, conversationId, { leafId: from, limit: limit + 1 });
			if (rows.length === 0) throw missing('The message');
			return { items: rows.slice(0, limit), next: rows[limit]?.id ?? null };
		});
	}

	/** Where every message stands, in the order in which they came. @throws AppError missing: the conversation */
	places(scope: Scope, conversationId: string): Promise<Pick<MessageRecord, 'id' | 'parentId'>[]> {
		return this.work.run(scope, async (tenant) => {
			await this.own.demand(tenant, conversationId);
			return this.messages.places(tenant, conversationId);
		});
	}

	/** Those of the named ones that are there, in the order in which they came. @throws AppError missing: the conversation */
	many(scope: Scope, conversationId: string, ids: readonly string[]): Promise<MessageRecord[]> {
		return this.work.run(scope, async (tenant) => {
			await this.own.demand(tenant, conversationId);
			return this.messages.findAll(tenant, conversationId, ids);
		});
	}

	/** All of them on all branches, in the order in which they came. @throws AppError missing */
	all(scope: Scope, conversationId: string, { after, limit }: PageRequest): Promise<Page<MessageRecord>> {
		return this.work.run(scope, async (tenant) => {
			await this.own.demand(tenant, conversationId);
			const rows = await this.messages.list(tenant, conversationId, { after: Number(after ?? 0), limit: limit + 1 });
			const items = rows.slice(0, limit);
			return { items, next: rows.length > limit ? String(items.at(-1)?.sequence) : null };
		});
	}

	/** A message and all that follows it, on every branch. @throws AppError missing; conflict `conversation_in_trash` */
	deleteSubtree(scope: Scope, conversationId: string, id: string): Promise<SubtreeRemoval> {
		return this.work.run(scope, async (tenant) => {
			await this.own.demandOpen(tenant, conversationId);
			const deleted = await this.messages.deleteSubtree(tenant, conversationId, id);
			const { activeLeafId } = await this.own.demand(tenant, conversationId);
			return { deleted, activeLeafId };
		});
	}
}

function present(message: MessageRecord | undefined): MessageRecord {
	if (message === undefined) throw missing('The message');
	return message;
}
