import { Injectable } from '@nestjs/common';
import { Quota } from '#libs/access';
import type { TenantScope } from '#libs/database';
import {
	newId,
	type Page,
	type PageRequest,
	pageOf,
	storableJson,
	storableText,
	SYSTEM_ORGANIZATION_ID,
	userIdOf,
} from '#libs/kernel';
import type { NewPromptVersion, PromptChange, PromptInput, PromptRecord, PromptVersion } from '../prompt.js';
import { PromptEntity } from './prompt.entity.js';

const columns = `p.id, p.name, p.description, p.visibility, p.organization_id = '${SYSTEM_ORGANIZATION_ID}' AND p.user_id IS NULL AS "isBuiltIn",
	p.user_id IS NOT DISTINCT FROM $2::uuid AS "isOwn", p.latest_version AS "latestVersion",
	coalesce((SELECT jsonb_object_agg(l.label, l.version) FROM prompt_labels l
		WHERE l.organization_id = p.organization_id AND l.prompt_id = p.id), '{}') AS labels,
	p.created_at AS "createdAt", p.updated_at AS "updatedAt"`;

/** One's own, those that are shared in the organization, those that come with the installation. */
const readable = `(p.organization_id = $1 AND (p.user_id = $2 OR p.visibility = 'shared')
	OR p.organization_id = '${SYSTEM_ORGANIZATION_ID}' AND p.visibility = 'shared')`;
const quota = new Quota('prompts', 1_000, 'FROM prompts WHERE organization_id = $1 AND user_id = $2::uuid');

/** Prompts that the person who acts may read. */
@Injectable()
export class PromptsRepository {
	/** Newest first. */
	async page(
		scope: TenantScope,
		{ search, limit, after }: PageRequest & { readonly search?: string | undefined },
	): Promise<Page<PromptRecord>> {
		const rows = await scope.transaction.manager.query<PromptRecord[]>(
			`SELECT ${columns} FROM prompts p WHERE ${readable} AND ($3::uuid IS NULL OR p.id < $3)
				AND ($4::text IS NULL OR strpos(lower(p.name || ' ' || p.description), lower($4)) > 0) ORDER BY p.id DESC LIMIT $5`,
			[...asked(scope), after ?? null, search === undefined ? null : storableText(search), limit + 1],
		);
		return pageOf(rows, limit);
	}

	/** `toChange`: nobody else changes it until the end of the transaction. */
	async find(scope: TenantScope, id: string, toChange = false): Promise<PromptRecord | undefined> {
		const [row] = await scope.transaction.manager.query<PromptRecord[]>(
			`SELECT ${columns} FROM prompts p WHERE p.id = $3 AND ${toChange ? 'p.organization_id = $1 AND p.user_id = $2 FOR UPDATE OF p' : readable}`,
			[...asked(scope), id],
		);
		return row;
	}

	/** Newest first; the last hundred. Who calls knows that the prompt may be read. */
	async versions({ organizationId, transaction }: TenantScope, id: string, version?: number): Promise<PromptVersion[]> {
		return transaction.manager.query<PromptVersion[]>(
			`SELECT v.version, v.template, v.variables, v.model, v.note, v.created_at AS "createdAt" FROM prompt_versions v
			WHERE v.organization_id IN ($1, '${SYSTEM_ORGANIZATION_ID}') AND v.prompt_id = $2 AND ($3::int IS NULL OR v.version = $3)
			ORDER BY v.version DESC LIMIT 100`,
			[organizationId, id, version ?? null],
		);
	}

	/** Returns its id; the first version is to follow. @throws AppError conflict `quota_reached` */
	async insert(scope: TenantScope, { name, description, visibility }: PromptInput): Promise<string> {
		const [id, userId] = [newId(), userIdOf(scope) ?? null];
		await quota.take(scope, userId);
		await scope.transaction.manager.insert(PromptEntity, {
			organizationId: scope.organizationId,
			id,
			userId,
			name: storableText(name),
			description: storableText(description),
			visibility,
			latestVersion: 0,
		});
		return id;
	}

	async update({ organizationId, transaction }: TenantScope, id: string, change: PromptChange): Promise<void> {
		const columns = {
			...(change.name === undefined ? {} : { name: storableText(change.name) }),
			...(change.description === undefined ? {} : { description: storableText(change.description) }),
			...(change.visibility === undefined ? {} : { visibility: change.visibility }),
			updatedAt: () => 'now()',
		};
		await transaction.manager.update(PromptEntity, { organizationId, id }, columns);
	}

	/** The next version; the prompt is held. */
	async addVersion({ organizationId, transaction }: TenantScope, id: string, added: NewPromptVersion): Promise<void> {
		const { template, variables, model, note } = storableJson(added);
		await transaction.manager.query(
			`WITH next AS (UPDATE prompts SET latest_version = latest_version + 1, updated_at = now()
				WHERE organization_id = $1 AND id = $2 RETURNING latest_version)
			INSERT INTO prompt_versions (organization_id, prompt_id, version, template, variables, model, note)
			SELECT $1, $2, latest_version, $3, $4, $5, $6 FROM next`,
			[organizationId, id, template, JSON.stringify(variables), model, note],
		);
	}

	async setLabel(
		{ organizationId, transaction }: TenantScope,
		id: string,
		label: string,
		version: number,
	): Promise<void> {
		await transaction.manager.query(
			`INSERT INTO prompt_labels (organization_id, prompt_id, label, version) VALUES ($1, $2, $3, $4)
			ON CONFLICT (organization_id, prompt_id, label) DO UPDATE SET version = excluded.version`,
			[organizationId, id, label, version],
		);
	}

	async removeLabel({ organizationId, transaction }: TenantScope, id: string, label: string): Promise<void> {
		await transaction.manager.query(
			'DELETE FROM prompt_labels WHERE organization_id = $1 AND prompt_id = $2 AND label = $3',
			[organizationId, id, label],
		);
	}

	/** With its versions. */
	async delete({ organizationId, transaction }: TenantScope, id: string): Promise<void> {
		await transaction.manager.delete(PromptEntity, { organizationId, id });
	}
}

const asked = (scope: TenantScope): [string, string | null] => [scope.organizationId, userIdOf(scope) ?? null];
