import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { storableText } from '#libs/kernel';
import { type MessageRecord, textOf } from '../message.js';
import { folded, SEARCHED_CHARACTERS, vectorOf } from '../search/words.js';

type Searched = Pick<MessageRecord, 'id' | 'conversationId' | 'role' | 'model' | 'content' | 'createdAt'>;

/** What search looks into. */
@Injectable()
export class MessageTextsRepository {
	/** Messages without a text are not there. `userId`: whose conversation it is. */
	async insert(
		{ organizationId, transaction }: TenantScope,
		userId: string,
		messages: readonly Searched[],
	): Promise<void> {
		const rows = messages.map(searchedRow).filter(({ body }) => body !== '');
		if (rows.length === 0) return;
		await transaction.manager.query(
			`INSERT INTO message_texts (organization_id, user_id, message_id, conversation_id, role, model, body, words, created_at)
			SELECT $1, $2, r.id, r."conversationId", r.role, r.model, r.body, r.words::tsvector, r."createdAt"
			FROM jsonb_to_recordset($3::jsonb) AS r(id uuid, "conversationId" uuid, role text, model text, body text, words text,
				"createdAt" timestamptz)`,
			[organizationId, userId, JSON.stringify(rows)],
		);
	}
}

/** What of a message can be found, and how. */
export function searchedRow({ id, conversationId, role, model, content, createdAt }: Searched) {
	const body = storableText(folded(textOf(content).slice(0, SEARCHED_CHARACTERS)));
	return { id, conversationId, role, model, createdAt, body, words: vectorOf(body) };
}
