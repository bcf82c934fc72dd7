import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { lockOf, type RequestIdentity } from '../idempotency.js';
import { IdempotencyKeyEntity } from './idempotency-key.entity.js';

type StoredAnswer = Pick<IdempotencyKeyEntity, 'statusCode' | 'responseSealed'>;

@Injectable()
export class IdempotencyRepository {
	/** False when another transaction works on this key right now. Held until the transaction ends. */
	async lock(scope: TenantScope, identity: RequestIdentity): Promise<boolean> {
		const [row] = await scope.transaction.manager.query<{ locked: boolean }[]>(
			'SELECT pg_try_advisory_xact_lock($1) AS locked',
			[String(lockOf(scope.organizationId, identity))],
		);
		return row?.locked === true;
	}

	/** Forgets an answer that is older than its 24 hours. */
	async find(
		scope: TenantScope,
		{ principal, route, key }: RequestIdentity,
	): Promise<IdempotencyKeyEntity | undefined> {
		const identity = { organizationId: scope.organizationId, principal, route, key };
		await scope.transaction.manager
			.createQueryBuilder()
			.delete()
			.from(IdempotencyKeyEntity)
			.where(identity)
			.andWhere('expires_at <= now()')
			.execute();
		return (await scope.transaction.manager.findOneBy(IdempotencyKeyEntity, identity)) ?? undefined;
	}

	/** Returns how many answers of the organization were past their 24 hours and are gone. */
	async deleteExpired(scope: TenantScope): Promise<number> {
		const result = await scope.transaction.manager
			.createQueryBuilder()
			.delete()
			.from(IdempotencyKeyEntity)
			.where({ organizationId: scope.organizationId })
			.andWhere('expires_at <= now()')
			.execute();
		return result.affected ?? 0;
	}

	async insert(
		scope: TenantScope,
		{ principal, route, key, fingerprint }: RequestIdentity,
		answer: StoredAnswer,
	): Promise<void> {
		await scope.transaction.manager.insert(IdempotencyKeyEntity, {
			organizationId: scope.organizationId,
			principal,
			route,
			key,
			fingerprint,
			statusCode: answer.statusCode,
			responseSealed: answer.responseSealed,
			expiresAt: () => `now() + interval '24 hours'`,
		});
	}
}
