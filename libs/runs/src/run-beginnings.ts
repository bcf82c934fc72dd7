import { Injectable } from '@nestjs/common';
import type { RunStart } from '#libs/chat';
import {
	ConversationsRepository,
	ConversationsService,
	type ConversationView,
	type MessageRecord,
	MessagesRepository,
	OwnConversations,
	ownerOf,
} from '#libs/conversations';
import { type TenantScope, UnitOfWork, violatedUnique } from '#libs/database';
import { AppError, missing, newId, type Scope } from '#libs/kernel';
import { chatBody, continued } from './chat-body.js';
import { RunsRepository } from './persistence/runs.repository.js';
import { defaultParent } from './place.js';
import type { RunOrder, RunQuestion } from './run.js';

/** More than any context holds; older messages are not told. */
const MAX_HISTORY = 2_000;

/** A run whose row is committed. */
export interface BegunRun {
	readonly start: RunStart;
	/** The call that it is. */
	readonly body: Buffer;
	/** What there is of the answer already. */
	readonly beginning: MessageRecord | undefined;
}

/** What is asked, found in the conversation. */
interface Place {
	/** The message that is answered. */
	readonly parentId: string;
	/** Where the history ends that the model is told. */
	readonly historyId: string;
	readonly beginning?: MessageRecord;
}

/** The tables that a run begins in. */
@Injectable()
export class RunTables {
	constructor(
		readonly runs: RunsRepository,
		readonly conversations: ConversationsRepository,
		readonly messages: MessagesRepository,
	) {}
}

/** Commits what somebody says, and the run that will answer it, before anything is sent. */
@Injectable()
export class RunBeginnings {
	constructor(
		private readonly work: UnitOfWork,
		private readonly tables: RunTables,
		private readonly own: OwnConversations,
		private readonly conversations: ConversationsService,
	) {}

	/** Which model a conversation's answers come from. @throws AppError missing; invalid `missing_model` */
	async modelOf(scope: Scope, order: RunOrder): Promise<string> {
		if (order.model !== undefined) return order.model;
		const conversationId =
			order.conversationId ?? (await this.work.run(scope, (tenant) => this.byClient(tenant, order)));
		const effective =
			conversationId === undefined ? undefined : (await this.conversations.get(scope, conversationId)).effective.model;
		if (effective == null)
			throw new AppError('invalid', 'missing_model', 'Name a model: the conversation has none of its own', {
				details: [{ field: 'model', code: 'required', message: 'The name of a model' }],
			});
		return effective;
	}

	/**
	 * The id of the run that this request began before, or a new one.
	 * @throws AppError missing: conversation or message; conflict `conversation_in_trash`, `nothing_to_continue`; invalid `idempotency_mismatch`
	 */
	async begin(scope: Scope, order: RunOrder, replicaId: string): Promise<BegunRun | { readonly repeats: string }> {
		try {
			return await this.work.run(scope, (tenant) => this.once(tenant, order, replicaId));
		} catch (error) {
			const twin = violatedUnique(error); // the same request, or the same chat, begun at the same moment
			if (twin !== 'runs_idempotency' && twin !== 'conversations_client_chat') throw error;
			return this.work.run(scope, (tenant) => this.once(tenant, order, replicaId));
		}
	}

	private async once(scope: TenantScope, order: RunOrder, replicaId: string) {
		const known = order.once === undefined ? undefined : await this.tables.runs.byKey(scope, order.once.key);
		if (known === undefined) return this.make(scope, order, replicaId);
		if (order.once !== undefined && order.once.fingerprint.equals(known.requestHash)) return { repeats: known.id };
		throw new AppError('invalid', 'idempotency_mismatch', 'This Idempotency-Key was used with a different request');
	}

	private async make(scope: TenantScope, order: RunOrder, replicaId: string): Promise<BegunRun> {
		const conversation = await this.conversation(scope, order);
		const conversationId = conversation.id;
		const place = await this.place(scope, conversation, order.question);
		const parameters = { ...conversation.parameters, ...order.parameters };
		const model = order.model ?? conversation.effective.model ?? '';
		const [runId, messageId] = [newId(), newId()];
		const { parentId, historyId, beginning } = place;
		await this.tables.runs.insert(scope, {
			id: runId,
			conversationId,
			parentId,
			model,
			replicaId,
			messageId,
			parameters: order.parameters ?? {},
			once: order.once,
		});
		const branch = await this.tables.messages.branch(scope, conversationId, { leafId: historyId, limit: MAX_HISTORY });
		const said = branch.toReversed();
		const history = beginning === undefined ? said : continued(said);
		const { systemPrompt } = conversation.effective;
		return {
			start: { type: 'start', runId, conversationId, parentId, messageId, model },
			body: chatBody({ model, systemPrompt, history, parameters }),
			beginning,
		};
	}

	private async conversation(scope: TenantScope, order: RunOrder): Promise<ConversationView> {
		const id = order.conversationId ?? (await this.byClient(scope, order)) ?? (await this.newOne(scope, order));
		await this.own.demandOpen(scope, id);
		return this.conversations.get(scope, id);
	}

	private async byClient(scope: TenantScope, { clientChatId }: RunOrder): Promise<string | undefined> {
		return clientChatId === undefined ? undefined : this.tables.runs.conversationOf(scope, clientChatId);
	}

	private async newOne(scope: TenantScope, { model, systemPrompt, clientChatId }: RunOrder): Promise<string> {
		const id = await this.tables.conversations.insert(scope, ownerOf(scope), { model, systemPrompt });
		if (clientChatId !== undefined) await this.tables.runs.nameConversation(scope, id, clientChatId);
		return id;
	}

	private async place(scope: TenantScope, conversation: ConversationView, question: RunQuestion): Promise<Place> {
		if (question.kind === 'say') return this.said(scope, conversation, question);
		const message = await this.tables.messages.find(scope, conversation.id, question.messageId);
		if (message === undefined) throw missing('The message');
		const place = question.kind === 'continue' ? rest(message) : again(message);
		// the new answer will be looked at, not the one beside it
		await this.tables.runs.setActiveLeaf(scope, conversation.id, place.parentId);
		return place;
	}

	private async said(
		scope: TenantScope,
		{ id, activeLeafId }: ConversationView,
		{ content, parentId }: Extract<RunQuestion, { kind: 'say' }>,
	): Promise<Place> {
		const leaf = activeLeafId === null ? undefined : await this.tables.messages.find(scope, id, activeLeafId);
		const isToolAnswer = content.every(({ type }) => type === 'tool_result');
		const [message] = await this.tables.messages.append(scope, id, [
			{
				role: isToolAnswer ? 'tool' : 'user',
				content,
				parentId: parentId === undefined ? defaultParent(leaf) : parentId,
			},
		]);
		if (message === undefined) throw missing('The message');
		return { parentId: message.id, historyId: message.id };
	}
}

function again({ id, role, parentId }: MessageRecord): Place {
	const asked = role === 'assistant' ? parentId : id;
	if (asked === null) throw new AppError('conflict', 'nothing_to_answer', 'This message answers no other one');
	return { parentId: asked, historyId: asked };
}

function rest(message: MessageRecord): Place {
	if (message.role !== 'assistant' || message.parentId === null || message.state === 'complete')
		throw new AppError('conflict', 'nothing_to_continue', 'Only an answer that is not whole can be continued');
	return { parentId: message.parentId, historyId: message.id, beginning: message };
}
