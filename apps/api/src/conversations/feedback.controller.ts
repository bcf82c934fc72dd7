import { Body, Controller, Delete, Get, Param, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Feedback as FeedbackRecord, FeedbackService } from '#libs/conversations';
import type { Scope } from '#libs/kernel';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Cursors } from '../edge/cursor.js';
import { paged, PageQuery } from '../edge/paged.js';
import { Responds, RespondsNothing } from '../edge/responds.decorator.js';
import { id as Id } from './conversations.schemas.js';
import { Feedback, FeedbackList, PutFeedback } from './feedback.schemas.js';

@ApiTags('Feedback')
@Controller('api/v1')
export class FeedbackController {
	constructor(
		private readonly feedback: FeedbackService,
		private readonly cursors: Cursors,
	) {}

	@Get('message-feedback')
	@Requires('conversations:read')
	@Responds(200, FeedbackList, 'Own feedback, newest first')
	list(@CurrentScope() scope: Scope, @Query({ schema: PageQuery }) query: PageQuery) {
		return paged({ scope, name: 'feedback', query, cursors: this.cursors }, (page) => this.feedback.list(scope, page));
	}

	@Get('conversations/:id/messages/:messageId/feedback')
	@Requires('conversations:read')
	@Responds(200, Feedback, 'What was said of the answer')
	get(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: Id }) id: string,
		@Param('messageId', { schema: Id }) messageId: string,
	): Promise<FeedbackRecord> {
		return this.feedback.get(scope, id, messageId);
	}

	@Put('conversations/:id/messages/:messageId/feedback')
	@Requires('conversations:write')
	@Responds(200, Feedback, 'It stands instead of what was said before')
	put(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: Id }) id: string,
		@Param('messageId', { schema: Id }) messageId: string,
		@Body({ schema: PutFeedback }) input: PutFeedback,
	): Promise<FeedbackRecord> {
		return this.feedback.put(scope, id, messageId, input);
	}

	@Delete('conversations/:id/messages/:messageId/feedback')
	@Requires('conversations:write')
	@RespondsNothing('Nothing is said of the answer')
	remove(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: Id }) id: string,
		@Param('messageId', { schema: Id }) messageId: string,
	): Promise<void> {
		return this.feedback.remove(scope, id, messageId);
	}
}
