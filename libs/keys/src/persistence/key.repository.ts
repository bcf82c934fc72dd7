import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { type Page, type PageRequest, pageOf, Quota } from '#libs/access';
import type { TenantScope } from '#libs/database';
import { storableJson, storableText } from '#libs/kernel';
import type { ApiKey, KeySettings, NewKeyRow } from '../api-key.js';
import type { SecretHash } from '../secret-hash.js';
import { ApiKeyEntity } from './api-key.entity.js';

const columns = {
	id: true,
	keyId: true,
	name: true,
	userId: true,
	projectId: true,
	parentKeyId: true,
	scopes: true,
	dialects: true,
	modelAllow: true,
	modelDeny: true,
	ipRanges: true,
	metadata: true,
	expiresAt: true,
	revokedAt: true,
	lastUsedAt: true,
	previousExpiresAt: true,
	previousLastUsedAt: true,
	createdAt: true,
} as const;

/** The same for a statement of our own: a page is read often, and TypeORM's way to it costs more than the query. */
const selected = Object.keys(columns)
	.map((name) => `${name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)} AS "${name}"`)
	.join(', ');

/** Of one owner. */
const quota = new Quota(
	'live keys of one owner',
	200,
	`FROM api_keys WHERE organization_id = $1 AND user_id = $2::uuid AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`,
);

/** A key and all that were made by it. */
const line = `WITH RECURSIVE line AS (
	SELECT id, 0 AS depth FROM api_keys WHERE organization_id = $1 AND id = $2
	UNION ALL SELECT k.id, l.depth + 1 FROM line l JOIN api_keys k ON k.organization_id = $1 AND k.parent_key_id = l.id)`;

@Injectable()
export class KeyRepository {
	/** Newest first; of one owner, or of everybody. */
	async page(scope: TenantScope, ownerId: string | undefined, { limit, after }: PageRequest): Promise<Page<ApiKey>> {
		const rows = await scope.transaction.manager.query<ApiKeyEntity[]>(
			`SELECT ${selected} FROM api_keys
			WHERE organization_id = $1 AND ($2::uuid IS NULL OR user_id = $2) AND ($3::uuid IS NULL OR id < $3)
			ORDER BY id DESC LIMIT $4`,
			[scope.organizationId, ownerId ?? null, after ?? null, limit + 1],
		);
		return pageOf(rows.map(shown), limit);
	}

	async find(scope: TenantScope, id: string): Promise<ApiKey | undefined> {
		const where = { organizationId: scope.organizationId, id };
		const row = await scope.transaction.manager.findOne(ApiKeyEntity, { select: columns, where });
		return row === null ? undefined : shown(row);
	}

	/** @throws AppError conflict `quota_reached` */
	async insert(scope: TenantScope, row: NewKeyRow, { hash, pepperKid }: SecretHash): Promise<void> {
		await quota.take(scope, row.userId);
		const { id, keyId, userId, projectId, parentKeyId, issuerRules } = row;
		await scope.transaction.manager.insert(ApiKeyEntity, {
			organizationId: scope.organizationId,
			id,
			keyId,
			userId,
			projectId,
			parentKeyId,
			issuerRules: issuerRules as never, // TypeORM's type of JSON columns is not deep
			...columnsOf(row),
			secretHash: hash,
			pepperKid,
		});
	}

	async update(scope: TenantScope, id: string, settings: KeySettings): Promise<void> {
		await this.change(scope, id, columnsOf(settings));
	}

	/** The secret until now goes on for `overlapSeconds`, or ends at once when that is 0. */
	async rotate(scope: TenantScope, id: string, { hash, pepperKid }: SecretHash, overlapSeconds: number): Promise<void> {
		await scope.transaction.manager.query(
			`UPDATE api_keys SET
				previous_secret_hash = CASE WHEN $5 > 0 THEN secret_hash END, previous_pepper_kid = CASE WHEN $5 > 0 THEN pepper_kid END,
				previous_expires_at = CASE WHEN $5 > 0 THEN now() + make_interval(secs => $5) END,
				previous_last_used_at = CASE WHEN $5 > 0 THEN last_used_at END,
				secret_hash = $3, pepper_kid = $4, last_used_at = NULL, updated_at = now()
			WHERE organization_id = $1 AND id = $2`,
			[scope.organizationId, id, hash, pepperKid, overlapSeconds],
		);
	}

	async endOverlap(scope: TenantScope, id: string): Promise<void> {
		await this.change(scope, id, {
			previousSecretHash: null,
			previousPepperKid: null,
			previousExpiresAt: null,
			previousLastUsedAt: null,
		});
	}

	async revoke(scope: TenantScope, id: string): Promise<void> {
		await scope.transaction.manager.update(
			ApiKeyEntity,
			{ organizationId: scope.organizationId, id, revokedAt: IsNull() },
			{ revokedAt: () => 'now()', updatedAt: () => 'now()' },
		);
	}

	/** Of the key and all that were made by it. */
	async raiseEpochs(scope: TenantScope, id: string): Promise<{ id: string; epoch: number }[]> {
		const [rows] = await scope.transaction.manager.query<[{ id: string; epoch: number }[], number]>(
			`${line} UPDATE api_keys k SET epoch = k.epoch + 1 FROM line
			WHERE k.organization_id = $1 AND k.id = line.id RETURNING k.id, k.epoch`,
			[scope.organizationId, id],
		);
		return rows;
	}

	/** How many keys stand between them: 0 for the key itself; `undefined` when the second was not made by the first. */
	async distance(scope: TenantScope, fromId: string, toId: string): Promise<number | undefined> {
		const [row] = await scope.transaction.manager.query<{ depth: number }[]>(
			`${line} SELECT depth FROM line WHERE id = $3`,
			[scope.organizationId, fromId, toId],
		);
		return row?.depth;
	}

	/** How many keys are above it. */
	async depth(scope: TenantScope, id: string): Promise<number> {
		const [row] = await scope.transaction.manager.query<{ depth: string }[]>(
			`WITH RECURSIVE above AS (
				SELECT parent_key_id FROM api_keys WHERE organization_id = $1 AND id = $2
				UNION ALL SELECT k.parent_key_id FROM above a JOIN api_keys k ON k.organization_id = $1 AND k.id = a.parent_key_id)
			SELECT count(parent_key_id) AS depth FROM above`,
			[scope.organizationId, id],
		);
		return Number(row?.depth);
	}

	private async change(scope: TenantScope, id: string, change: Partial<ApiKeyEntity>): Promise<void> {
		await scope.transaction.manager.update(
			ApiKeyEntity,
			{ organizationId: scope.organizationId, id },
			{ ...change, updatedAt: () => 'now()' },
		);
	}
}

function shown(row: ApiKeyEntity): ApiKey {
	const { dialects, modelAllow: allow, modelDeny: deny, previousExpiresAt, previousLastUsedAt, ...rest } = row;
	const isOverlapping = previousExpiresAt !== null && previousExpiresAt.getTime() > Date.now();
	return {
		...rest,
		models: { dialects, allow, deny },
		previousSecret: isOverlapping ? { expiresAt: previousExpiresAt, lastUsedAt: previousLastUsedAt } : null,
	};
}

const listed = (list: readonly string[] | null): string[] | null => (list === null ? null : [...list]);

const columnsOf = ({ name, scopes, models, ipRanges, metadata, expiresAt }: KeySettings) => ({
	name: storableText(name),
	scopes: listed(scopes),
	dialects: listed(models.dialects),
	modelAllow: listed(models.allow)?.map(storableText) ?? null,
	modelDeny: models.deny.map(storableText),
	ipRanges: listed(ipRanges),
	metadata: storableJson({ ...metadata }),
	expiresAt,
});
