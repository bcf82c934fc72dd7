import { Injectable } from '@nestjs/common';
import { IsNull, LessThan } from 'typeorm';
import { type Page, type PageRequest, pageOf } from '#libs/access';
import type { TenantScope } from '#libs/database';
import { storableText } from '#libs/kernel';
import type { SecretHash } from '../secret-hash.js';
import { ApiKeyEntity } from './api-key.entity.js';

/** A key as people see it: without anything that proves it. */
export interface ApiKey {
	readonly id: string;
	/** The public part of the credential, by which a leaked key is recognised. */
	readonly keyId: string;
	readonly name: string;
	readonly userId: string;
	readonly projectId: string;
	/** `null`: all that its owner may do. */
	readonly scopes: readonly string[] | null;
	readonly expiresAt: Date | null;
	readonly revokedAt: Date | null;
	readonly createdAt: Date;
}

export type NewKeyRow = Omit<ApiKey, 'revokedAt' | 'createdAt'> & SecretHash;

const columns = {
	id: true,
	keyId: true,
	name: true,
	userId: true,
	projectId: true,
	scopes: true,
	expiresAt: true,
	revokedAt: true,
	createdAt: true,
} as const;

@Injectable()
export class KeyRepository {
	/** Newest first; of one owner, or of everybody. */
	async page(scope: TenantScope, ownerId: string | undefined, { limit, after }: PageRequest): Promise<Page<ApiKey>> {
		const rows = await scope.transaction.manager.find(ApiKeyEntity, {
			select: columns,
			where: {
				organizationId: scope.organizationId,
				...(ownerId === undefined ? {} : { userId: ownerId }),
				...(after === undefined ? {} : { id: LessThan(after) }),
			},
			order: { id: 'DESC' },
			take: limit + 1,
		});
		return pageOf(rows, limit);
	}

	async find(scope: TenantScope, id: string): Promise<ApiKey | undefined> {
		const where = { organizationId: scope.organizationId, id };
		return (await scope.transaction.manager.findOne(ApiKeyEntity, { select: columns, where })) ?? undefined;
	}

	async insert(scope: TenantScope, { hash, scopes, ...row }: NewKeyRow): Promise<void> {
		await scope.transaction.manager.insert(ApiKeyEntity, {
			organizationId: scope.organizationId,
			...row,
			name: storableText(row.name),
			scopes: scopes === null ? null : [...scopes],
			secretHash: hash,
		});
	}

	/** Returns the new epoch; `undefined` when it was revoked before. */
	async revoke(scope: TenantScope, id: string): Promise<number | undefined> {
		const result = await scope.transaction.manager
			.createQueryBuilder()
			.update(ApiKeyEntity)
			.set({ revokedAt: () => 'now()', epoch: () => 'epoch + 1', updatedAt: () => 'now()' })
			.where({ organizationId: scope.organizationId, id, revokedAt: IsNull() })
			.returning('epoch')
			.execute();
		return (result.raw as { epoch: number }[])[0]?.epoch;
	}
}
