import { Injectable } from '@nestjs/common';
import { Quota } from '#libs/access';
import { type TenantScope, violatedUnique } from '#libs/database';
import { AppError, missing, newId, storableText } from '#libs/kernel';
import { ownerOf } from '../owner.js';
import type { TagChange, TagInput, TagRecord } from '../tag.js';
import { TagEntity } from './tag.entity.js';

const columns = 't.id, t.name, t.color, t.created_at AS "createdAt", t.updated_at AS "updatedAt"';
const quota = new Quota('tags', 1_000, 'FROM tags WHERE organization_id = $1 AND user_id = $2::uuid');

/** Tags of the person who acts, and which conversations have them. */
@Injectable()
export class TagsRepository {
	/** All there are, by name. */
	async all(scope: TenantScope): Promise<TagRecord[]> {
		return scope.transaction.manager.query<TagRecord[]>(
			`SELECT ${columns} FROM tags t WHERE t.organization_id = $1 AND t.user_id = $2 ORDER BY lower(t.name), t.id`,
			[scope.organizationId, ownerOf(scope)],
		);
	}

	async find(scope: TenantScope, id: string): Promise<TagRecord | undefined> {
		const [row] = await scope.transaction.manager.query<TagRecord[]>(
			`SELECT ${columns} FROM tags t WHERE t.organization_id = $1 AND t.id = $2 AND t.user_id = $3`,
			[scope.organizationId, id, ownerOf(scope)],
		);
		return row;
	}

	/** Returns its id. @throws AppError conflict `tag_name_taken`, `quota_reached` */
	async insert(scope: TenantScope, { name, color }: TagInput): Promise<string> {
		const [id, userId] = [newId(), ownerOf(scope)];
		await quota.take(scope, userId);
		const row = { organizationId: scope.organizationId, id, userId, name: storableText(name), color };
		await unlessTaken(scope.transaction.manager.insert(TagEntity, row));
		return id;
	}

	/** @throws AppError conflict `tag_name_taken` */
	async update({ organizationId, transaction }: TenantScope, id: string, { name, color }: TagChange): Promise<void> {
		const columns = {
			...(name === undefined ? {} : { name: storableText(name) }),
			...(color === undefined ? {} : { color }),
			updatedAt: () => 'now()',
		};
		await unlessTaken(transaction.manager.update(TagEntity, { organizationId, id }, columns));
	}

	async delete({ organizationId, transaction }: TenantScope, id: string): Promise<void> {
		await transaction.manager.delete(TagEntity, { organizationId, id });
	}

	/** Gives conversations one more tag. */
	async add(
		{ organizationId, transaction }: TenantScope,
		conversationIds: readonly string[],
		tagId: string,
	): Promise<void> {
		await transaction.manager.query(
			`INSERT INTO conversation_tags (organization_id, conversation_id, tag_id) SELECT $1, c, $3 FROM unnest($2::uuid[]) c
			ON CONFLICT DO NOTHING`,
			[organizationId, conversationIds, tagId],
		);
	}

	async remove(
		{ organizationId, transaction }: TenantScope,
		conversationIds: readonly string[],
		tagId: string,
	): Promise<void> {
		await transaction.manager.query(
			'DELETE FROM conversation_tags WHERE organization_id = $1 AND conversation_id = ANY ($2) AND tag_id = $3',
			[organizationId, conversationIds, tagId],
		);
	}

	/** Gives a conversation these tags and no others. @throws AppError missing when one is not the person's */
	async set(scope: TenantScope, conversationId: string, tagIds: readonly string[]): Promise<void> {
		const { organizationId, transaction } = scope;
		const wanted = [...new Set(tagIds)];
		await transaction.manager.query(
			'DELETE FROM conversation_tags WHERE organization_id = $1 AND conversation_id = $2 AND NOT tag_id = ANY ($3)',
			[organizationId, conversationId, wanted],
		);
		const own = await transaction.manager.query<unknown[]>(
			'SELECT FROM tags WHERE organization_id = $1 AND user_id = $2 AND id = ANY ($3) FOR SHARE',
			[organizationId, ownerOf(scope), wanted],
		);
		if (own.length !== wanted.length) throw missing('The tag');
		await transaction.manager.query(
			`INSERT INTO conversation_tags (organization_id, conversation_id, tag_id) SELECT $1, $2, t FROM unnest($3::uuid[]) t
			ON CONFLICT DO NOTHING`,
			[organizationId, conversationId, wanted],
		);
	}
}

async function unlessTaken<T>(write: Promise<T>): Promise<T> {
	try {
		return await write;
	} catch (error) {
		if (violatedUnique(error) !== 'tags_name') throw error;
		throw new AppError('conflict', 'tag_name_taken', 'A tag of this name exists already', { cause: error });
	}
}
