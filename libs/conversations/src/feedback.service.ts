import { Injectable } from '@nestjs/common';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { AppError, missing, type Page, type PageRequest, type Scope } from '#libs/kernel';
import { ConversationsService } from './conversations.service.js';
import { type Feedback, type FeedbackInput, frozenContext, PROMPT_MESSAGES } from './feedback.js';
import { OwnConversations } from './own-conversations.js';
import { FeedbackRepository } from './persistence/feedback.repository.js';
import { MessagesRepository } from './persistence/messages.repository.js';

/** What people say of the answers in their own conversations. */
@Injectable()
export class FeedbackService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly own: OwnConversations,
		private readonly conversations: ConversationsService,
		private readonly messages: MessagesRepository,
		private readonly feedback: FeedbackRepository,
	) {}

	/** Newest first. */
	list(scope: Scope, request: PageRequest): Promise<Page<Feedback>> {
		return this.work.run(scope, (tenant) => this.feedback.page(tenant, request));
	}

	/** @throws AppError missing */
	get(scope: Scope, conversationId: string, messageId: string): Promise<Feedback> {
		return this.work.run(scope, async (tenant) => {
			await this.own.demand(tenant, conversationId);
			return this.demand(tenant, conversationId, messageId);
		});
	}

	/** Instead of what was said before; what the answer was an answer to is kept with it. @throws AppError missing; invalid `not_an_answer` */
	put(scope: Scope, conversationId: string, messageId: string, input: FeedbackInput): Promise<Feedback> {
		return this.work.run(scope, async (tenant) => {
			const conversation = await this.conversations.get(tenant, conversationId);
			const place = { leafId: messageId, limit: PROMPT_MESSAGES + 1 };
			const branch = await this.messages.branch(tenant, conversationId, place);
			const [answer] = branch;
			if (answer === undefined) throw missing('The message');
			if (answer.role !== 'assistant')
				throw new AppError('invalid', 'not_an_answer', 'Feedback is for messages of the role assistant');
			const others = answer.siblingIds.filter((id) => id !== messageId);
			const siblings = await this.messages.findAll(tenant, conversationId, others);
			const context = frozenContext(conversation, branch, siblings);
			await this.feedback.put(tenant, { conversationId, id: messageId }, { ...input, context });
			return this.demand(tenant, conversationId, messageId);
		});
	}

	/** @throws AppError missing */
	remove(scope: Scope, conversationId: string, messageId: string): Promise<void> {
		return this.work.run(scope, async (tenant) => {
			await this.own.demand(tenant, conversationId);
			await this.demand(tenant, conversationId, messageId);
			await this.feedback.delete(tenant, messageId);
		});
	}

	private async demand(tenant: TenantScope, conversationId: string, messageId: string): Promise<Feedback> {
		const found = await this.feedback.find(tenant, messageId);
		if (found?.conversationId !== conversationId) throw missing('The feedback');
		return found;
	}
}
