import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { AppError, storableJson } from '#libs/kernel';
import type { ContentPart } from '../message.js';
import type { DatabaseQuery } from '../search/search-query.js';
import type { SearchHit } from '../search/search-hit.js';

const LONGEST_MS = 2_000;
const CANCELLED = '57014';

export type FoundMessage = Omit<SearchHit, 'snippet'> & { readonly content: readonly ContentPart[] };

/** Messages by what they say. */
@Injectable()
export class SearchRepository {
	/** The best first. @throws AppError invalid `search_too_broad` */
	async find(
		{ organizationId, transaction }: TenantScope,
		query: DatabaseQuery,
		{ offset, limit }: { readonly offset: number; readonly limit: number },
	): Promise<FoundMessage[]> {
		await transaction.manager.query(`SELECT set_config('statement_timeout', $1, true)`, [String(LONGEST_MS)]);
		try {
			return await transaction.manager.query<FoundMessage[]>(
				`SELECT m.id, m.conversation_id AS "conversationId", c.title AS "conversationTitle", m.role, m.model,
					m.created_at AS "createdAt", s.score, m.content
				FROM (SELECT * FROM search_messages($2::jsonb) ORDER BY score DESC, created_at DESC, message_id OFFSET $3 LIMIT $4) s
				JOIN messages m ON m.organization_id = $1 AND m.id = s.message_id
				JOIN conversations c ON c.organization_id = $1 AND c.id = m.conversation_id
				ORDER BY s.score DESC, s.created_at DESC, s.message_id`,
				[organizationId, JSON.stringify(storableJson(query)), offset, limit],
			);
		} catch (error) {
			if ((error as { code?: unknown }).code !== CANCELLED) throw error;
			const message = 'This finds too much to be looked through: add a rarer word, or leave a filter out';
			throw new AppError('invalid', 'search_too_broad', message, { cause: error });
		}
	}
}
