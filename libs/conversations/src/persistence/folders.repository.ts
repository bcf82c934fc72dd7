import { Injectable } from '@nestjs/common';
import { Quota } from '#libs/access';
import type { TenantScope } from '#libs/database';
import { newId, storableText } from '#libs/kernel';
import type { FolderChange, FolderInput, FolderRecord } from '../folder.js';
import { MAX_FOLDER_DEPTH } from '../inheritance.js';
import { ownerOf } from '../owner.js';
import { FolderEntity } from './folder.entity.js';

const columns = `f.id, f.parent_id AS "parentId", f.name, f.system_prompt AS "systemPrompt", f.model,
	f.created_at AS "createdAt", f.updated_at AS "updatedAt"`;
const quota = new Quota('folders', 1_000, 'FROM folders WHERE organization_id = $1 AND user_id = $2::uuid');

/** Folders of the person who acts. */
@Injectable()
export class FoldersRepository {
	/** All there are, by name. */
	async all(scope: TenantScope): Promise<FolderRecord[]> {
		return scope.transaction.manager.query<FolderRecord[]>(
			`SELECT ${columns} FROM folders f WHERE f.organization_id = $1 AND f.user_id = $2 ORDER BY lower(f.name), f.id`,
			[scope.organizationId, ownerOf(scope)],
		);
	}

	/** `toChange`: nobody else changes it until the end of the transaction. */
	async find(scope: TenantScope, id: string, toChange = false): Promise<FolderRecord | undefined> {
		const [row] = await scope.transaction.manager.query<FolderRecord[]>(
			`SELECT ${columns} FROM folders f WHERE f.organization_id = $1 AND f.id = $2 AND f.user_id = $3 ${toChange ? 'FOR UPDATE' : ''}`,
			[scope.organizationId, id, ownerOf(scope)],
		);
		return row;
	}

	/** The folder and those around it, inside out. */
	async path({ organizationId, transaction }: TenantScope, id: string): Promise<FolderRecord[]> {
		return transaction.manager.query<FolderRecord[]>(
			`WITH RECURSIVE up AS (
				SELECT f.*, 1 AS depth FROM folders f WHERE f.organization_id = $1 AND f.id = $2
				UNION ALL
				SELECT f.*, up.depth + 1 FROM up JOIN folders f ON f.organization_id = $1 AND f.id = up.parent_id
				WHERE up.depth < $3
			)
			SELECT ${columns} FROM up f ORDER BY f.depth`,
			[organizationId, id, MAX_FOLDER_DEPTH * 2],
		);
	}

	/** How many levels there are from a folder down, itself among them. */
	async height({ organizationId, transaction }: TenantScope, id: string): Promise<number> {
		const [row] = await transaction.manager.query<{ height: number }[]>(
			`WITH RECURSIVE down AS (
				SELECT $2::uuid AS id, 1 AS depth
				UNION ALL
				SELECT f.id, down.depth + 1 FROM down JOIN folders f ON f.organization_id = $1 AND f.parent_id = down.id
				WHERE down.depth < $3
			)
			SELECT max(depth)::int AS height FROM down`,
			[organizationId, id, MAX_FOLDER_DEPTH * 2],
		);
		return row?.height ?? 1;
	}

	/** Nobody else moves or makes folders of this person until the end of the transaction: two moves cannot make a circle. */
	async hold(scope: TenantScope): Promise<void> {
		await scope.transaction.manager.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [
			`folders ${scope.organizationId} ${ownerOf(scope)}`,
		]);
	}

	/** Returns its id. @throws AppError conflict `quota_reached` */
	async insert(scope: TenantScope, input: FolderInput): Promise<string> {
		const [id, userId] = [newId(), ownerOf(scope)];
		await quota.take(scope, userId);
		await scope.transaction.manager.insert(FolderEntity, {
			organizationId: scope.organizationId,
			id,
			userId,
			parentId: input.parentId,
			name: storableText(input.name),
			systemPrompt: storable(input.systemPrompt),
			model: storable(input.model),
		});
		return id;
	}

	async update(scope: TenantScope, id: string, change: FolderChange): Promise<void> {
		const { organizationId, transaction } = scope;
		const columns = {
			...(change.name === undefined ? {} : { name: storableText(change.name) }),
			...(change.parentId === undefined ? {} : { parentId: change.parentId }),
			...(change.systemPrompt === undefined ? {} : { systemPrompt: storable(change.systemPrompt) }),
			...(change.model === undefined ? {} : { model: storable(change.model) }),
			updatedAt: () => 'now()',
		};
		await transaction.manager.update(FolderEntity, { organizationId, id }, columns);
	}

	/** With the folders in it; conversations stay, in no folder. */
	async delete({ organizationId, transaction }: TenantScope, id: string): Promise<void> {
		await transaction.manager.delete(FolderEntity, { organizationId, id });
	}
}

const storable = (text: string | null): string | null => (text === null ? null : storableText(text));
