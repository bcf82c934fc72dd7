import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { storableText } from '#libs/kernel';
import { codeHash } from '../one-time-code.js';
import { AccountRequestEntity, type AccountRequestKind } from './account-request.entity.js';

export interface AccountRequest {
	readonly id: string;
	readonly kind: AccountRequestKind;
	readonly email: string;
	readonly userId?: string | null;
	readonly name?: string | null;
	readonly organizationName?: string | null;
	readonly passwordHash?: string | null;
}

/** What a code stands for, once it was used. */
export interface TakenRequest {
	readonly kind: AccountRequestKind;
	readonly email: string;
	readonly userId: string | null;
	readonly name: string | null;
	readonly organizationName: string | null;
	readonly passwordHash: string | null;
}

/** Minutes that a code is good for. */
const minutes: Readonly<Record<AccountRequestKind, number>> = {
	register: 24 * 60,
	'reset-password': 30,
	'change-email': 60,
};

@Injectable()
export class AccountRequestRepository {
	constructor(private readonly work: UnitOfWork) {}

	/** In a scope of the system organization. */
	async insert(scope: TenantScope, request: AccountRequest): Promise<void> {
		await scope.transaction.manager.query(
			`INSERT INTO account_requests (organization_id, id, kind, email, user_id, name, organization_name, password_hash, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + make_interval(mins => $9))`,
			[
				scope.organizationId,
				request.id,
				request.kind,
				storableText(request.email),
				request.userId ?? null,
				request.name === undefined || request.name === null ? null : storableText(request.name),
				request.organizationName === undefined || request.organizationName === null
					? null
					: storableText(request.organizationName),
				request.passwordHash ?? null,
				minutes[request.kind],
			],
		);
	}

	/** Locks it, so that it is answered once. */
	async findUnanswered(scope: TenantScope, id: string): Promise<AccountRequest | undefined> {
		const row = await scope.transaction.manager.findOne(AccountRequestEntity, {
			select: { organizationId: true, id: true, kind: true, email: true, userId: true },
			where: { organizationId: scope.organizationId, id, tokenHash: IsNull(), usedAt: IsNull() },
			lock: { mode: 'pessimistic_write' },
		});
		return row ?? undefined;
	}

	/** From now on its code works, for as long as codes of that kind do. */
	async arm(scope: TenantScope, id: string, to: { tokenHash: Buffer; userId: string | null }): Promise<void> {
		await scope.transaction.manager.query(
			`UPDATE account_requests SET token_hash = $3, user_id = $4, updated_at = now(),
				expires_at = now() + make_interval(mins => ($5::jsonb ->> kind)::integer)
			WHERE organization_id = $1 AND id = $2`,
			[scope.organizationId, id, to.tokenHash, to.userId, JSON.stringify(minutes)],
		);
	}

	/** Whose a good code is, and where that person is at home: enough to open a transaction for. `userId` is `null` for a new account. */
	async find(code: string): Promise<{ userId: string | null; organizationId: string } | undefined> {
		const [row] = await this.work.callDefiner<{ userId: string | null; organizationId: string }>(
			'SELECT user_id AS "userId", organization_id AS "organizationId" FROM find_account_request($1)',
			[codeHash(code)],
		);
		return row;
	}

	/** Uses a code up, together with what the transaction does. `undefined`: of another kind, used, too old. */
	async take(
		scope: TenantScope,
		code: string,
		kinds: readonly AccountRequestKind[],
	): Promise<TakenRequest | undefined> {
		const [row] = await scope.transaction.manager.query<TakenRequest[]>(
			`SELECT kind, user_id AS "userId", email, name, organization_name AS "organizationName",
				password_hash AS "passwordHash" FROM take_account_request($1, $2)`,
			[codeHash(code), kinds],
		);
		return row;
	}
}
