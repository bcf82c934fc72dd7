import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
	type Appended,
	type MessageRecord,
	MessagesService,
	type SubtreeRemoval as Removal,
} from '#libs/conversations';
import type { Scope } from '#libs/kernel';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Cursors } from '../edge/cursor.js';
import { paged, PageQuery } from '../edge/paged.js';
import { Responds } from '../edge/responds.decorator.js';
import { id as ConversationId } from './conversations.schemas.js';
import {
	AppendMessages,
	EditMessage,
	Message,
	MessageList,
	MessagesQuery,
	NewMessages,
	SubtreeRemoval,
} from './messages.schemas.js';

@ApiTags('Conversations')
@Controller('api/v1/conversations/:id/messages')
export class MessagesController {
	constructor(
		private readonly messages: MessagesService,
		private readonly cursors: Cursors,
	) {}

	@Get()
	@Requires('conversations:read')
	@Responds(200, MessageList, 'One branch, from its last message to its first')
	branch(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: ConversationId }) id: string,
		@Query({ schema: MessagesQuery }) { leafId, ...query }: MessagesQuery,
	) {
		return paged({ scope, name: `branch ${id}`, query, cursors: this.cursors }, (page) =>
			this.messages.branch(scope, id, { ...page, leafId }),
		);
	}

	@Get('all')
	@Requires('conversations:read')
	@Responds(200, MessageList, 'Every branch, in the order in which the messages came')
	all(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: ConversationId }) id: string,
		@Query({ schema: PageQuery }) query: PageQuery,
	) {
		return paged({ scope, name: `messages ${id}`, query, cursors: this.cursors }, (page) =>
			this.messages.all(scope, id, page),
		);
	}

	@Post('append')
	@Requires('conversations:write')
	@Responds(201, NewMessages, 'The new messages; the last one is the active leaf')
	async append(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: ConversationId }) id: string,
		@Body({ schema: AppendMessages }) { messages }: AppendMessages,
	): Promise<{ items: Appended }> {
		return { items: await this.messages.append(scope, id, messages) };
	}

	@Get(':messageId')
	@Requires('conversations:read')
	@Responds(200, Message, 'One message')
	get(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: ConversationId }) id: string,
		@Param('messageId', { schema: ConversationId }) messageId: string,
	): Promise<MessageRecord> {
		return this.messages.get(scope, id, messageId);
	}

	@Post(':messageId/edit')
	@Requires('conversations:write')
	@Responds(201, Message, 'Another version of the message, beside it; it is the active leaf')
	edit(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: ConversationId }) id: string,
		@Param('messageId', { schema: ConversationId }) messageId: string,
		@Body({ schema: EditMessage }) { content }: EditMessage,
	): Promise<MessageRecord> {
		return this.messages.edit(scope, id, messageId, content);
	}

	@Delete(':messageId')
	@Requires('conversations:write')
	@Responds(200, SubtreeRemoval, 'The message and all that followed it are gone')
	remove(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: ConversationId }) id: string,
		@Param('messageId', { schema: ConversationId }) messageId: string,
	): Promise<Removal> {
		return this.messages.deleteSubtree(scope, id, messageId);
	}
}
