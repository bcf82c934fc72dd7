import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { AppError, missing } from '#libs/kernel';
import type { ConversationRecord } from './conversation.js';
import { ConversationsRepository } from './persistence/conversations.repository.js';

/** What the person who acts has, and may write to: the one question before anything is done with a conversation. */
@Injectable()
export class OwnConversations {
	constructor(private readonly conversations: ConversationsRepository) {}

	/** Also one in the trash. @throws AppError missing */
	async demand(scope: TenantScope, id: string): Promise<ConversationRecord> {
		return present(await this.conversations.find(scope, id));
	}

	/** Nobody else changes it until the end of the transaction. @throws AppError missing; conflict `conversation_in_trash` */
	async demandOpen(scope: TenantScope, id: string): Promise<ConversationRecord> {
		const found = present(await this.conversations.find(scope, id, true));
		if (found.deletedAt !== null)
			throw new AppError('conflict', 'conversation_in_trash', 'The conversation is in the trash: restore it first');
		return found;
	}
}

function present(conversation: ConversationRecord | undefined): ConversationRecord {
	if (conversation === undefined) throw missing('The conversation');
	return conversation;
}
