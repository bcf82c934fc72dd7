import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { BulkService, ConversationsService, type ConversationView } from '#libs/conversations';
import type { Scope } from '#libs/kernel';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Cursors } from '../edge/cursor.js';
import { paged } from '../edge/paged.js';
import { Responds, RespondsNothing } from '../edge/responds.decorator.js';
import {
	BulkChange,
	BulkResult,
	Conversation,
	ConversationList,
	ConversationsQuery,
	CreateConversation,
	DeleteQuery,
	filterOf,
	ForkConversation,
	id as ConversationId,
	ShowBranch,
	UpdateConversation,
} from './conversations.schemas.js';

@ApiTags('Conversations')
@Controller('api/v1/conversations')
export class ConversationsController {
	constructor(
		private readonly conversations: ConversationsService,
		private readonly many: BulkService,
		private readonly cursors: Cursors,
	) {}

	@Get()
	@Requires('conversations:read')
	@Responds(200, ConversationList, 'Own conversations, the last active first')
	list(
		@CurrentScope() scope: Scope,
		@Query({ schema: ConversationsQuery }) { limit, cursor, ...filter }: ConversationsQuery,
	) {
		return paged({ scope, name: 'conversations', query: { limit, cursor }, cursors: this.cursors }, (page) =>
			this.conversations.list(scope, filterOf(filter), page),
		);
	}

	@Post()
	@Requires('conversations:write')
	@Responds(201, Conversation, 'The new conversation')
	create(
		@CurrentScope() scope: Scope,
		@Body({ schema: CreateConversation }) input: CreateConversation,
	): Promise<ConversationView> {
		return this.conversations.create(scope, input);
	}

	@Post('bulk')
	@Requires('conversations:write')
	@Responds(200, BulkResult, 'All of them are changed; when one is missing, none is')
	async bulk(
		@CurrentScope() scope: Scope,
		@Body({ schema: BulkChange }) input: BulkChange,
	): Promise<{ changed: number }> {
		return { changed: await this.many.apply(scope, input) };
	}

	@Get(':id')
	@Requires('conversations:read')
	@Responds(200, Conversation, 'One conversation, without its messages')
	get(@CurrentScope() scope: Scope, @Param('id', { schema: ConversationId }) id: string): Promise<ConversationView> {
		return this.conversations.get(scope, id);
	}

	@Patch(':id')
	@Requires('conversations:write')
	@Responds(200, Conversation, 'The conversation as it is now')
	update(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: ConversationId }) id: string,
		@Body({ schema: UpdateConversation }) change: UpdateConversation,
	): Promise<ConversationView> {
		return this.conversations.update(scope, id, change);
	}

	@Delete(':id')
	@Requires('conversations:write')
	@RespondsNothing('It is in the trash, or gone')
	remove(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: ConversationId }) id: string,
		@Query({ schema: DeleteQuery }) { permanent }: DeleteQuery,
	): Promise<void> {
		return permanent === true ? this.conversations.delete(scope, id) : this.conversations.trash(scope, id);
	}

	@Post(':id/restore')
	@Requires('conversations:write')
	@Responds(200, Conversation, 'It is out of the trash')
	restore(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: ConversationId }) id: string,
	): Promise<ConversationView> {
		return this.conversations.restore(scope, id);
	}

	@Post(':id/fork')
	@Requires('conversations:write')
	@Responds(201, Conversation, 'A new conversation with the messages up to one')
	fork(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: ConversationId }) id: string,
		@Body({ schema: ForkConversation }) input: ForkConversation,
	): Promise<ConversationView> {
		return this.conversations.fork(scope, id, input);
	}

	@Put(':id/active-leaf')
	@Requires('conversations:write')
	@Responds(200, Conversation, 'The branch of that message is shown')
	showBranch(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: ConversationId }) id: string,
		@Body({ schema: ShowBranch }) { messageId }: ShowBranch,
	): Promise<ConversationView> {
		return this.conversations.showBranch(scope, id, messageId);
	}
}
