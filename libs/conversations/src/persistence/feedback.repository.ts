import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { newId, type Page, type PageRequest, pageOf, storableJson } from '#libs/kernel';
import type { Feedback, FeedbackContext, FeedbackInput } from '../feedback.js';
import { ownerOf } from '../owner.js';

const columns = `f.id, f.conversation_id AS "conversationId", f.message_id AS "messageId", f.thumb, f.rating, f.tags, f.comment,
	f.correction, f.context, f.created_at AS "createdAt", f.updated_at AS "updatedAt"`;

/** What the person who acts says of answers. */
@Injectable()
export class FeedbackRepository {
	/** Newest first. */
	async page(scope: TenantScope, { limit, after }: PageRequest): Promise<Page<Feedback>> {
		const rows = await scope.transaction.manager.query<Feedback[]>(
			`SELECT ${columns} FROM message_feedback f WHERE f.organization_id = $1 AND f.user_id = $2
				AND ($3::uuid IS NULL OR f.id < $3) ORDER BY f.id DESC LIMIT $4`,
			[scope.organizationId, ownerOf(scope), after ?? null, limit + 1],
		);
		return pageOf(rows, limit);
	}

	async find(scope: TenantScope, messageId: string): Promise<Feedback | undefined> {
		const [row] = await scope.transaction.manager.query<Feedback[]>(
			`SELECT ${columns} FROM message_feedback f WHERE f.organization_id = $1 AND f.user_id = $2 AND f.message_id = $3`,
			[scope.organizationId, ownerOf(scope), messageId],
		);
		return row;
	}

	/** Instead of what was there. */
	async put(
		scope: TenantScope,
		message: { readonly conversationId: string; readonly id: string },
		{ context, ...input }: FeedbackInput & { readonly context: FeedbackContext },
	): Promise<void> {
		const { thumb, rating, tags, comment, correction } = storableJson(input);
		await scope.transaction.manager.query(
			`INSERT INTO message_feedback (organization_id, id, user_id, conversation_id, message_id, thumb, rating, tags, comment, correction, context)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
			ON CONFLICT (organization_id, message_id, user_id) DO UPDATE SET thumb = excluded.thumb, rating = excluded.rating,
				tags = excluded.tags, comment = excluded.comment, correction = excluded.correction, context = excluded.context, updated_at = now()`,
			[
				scope.organizationId,
				newId(),
				ownerOf(scope),
				message.conversationId,
				message.id,
				thumb,
				rating,
				tags,
				comment,
				correction,
				JSON.stringify(storableJson(context)),
			],
		);
	}

	async delete(scope: TenantScope, messageId: string): Promise<void> {
		await scope.transaction.manager.query(
			'DELETE FROM message_feedback WHERE organization_id = $1 AND user_id = $2 AND message_id = $3',
			[scope.organizationId, ownerOf(scope), messageId],
		);
	}
}
