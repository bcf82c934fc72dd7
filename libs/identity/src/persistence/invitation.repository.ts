import { Injectable } from '@nestjs/common';
import { type TenantScope, UnitOfWork, violatedUnique } from '#libs/database';
import { AppError, type Page, pageOf, type PageRequest, storableText } from '#libs/kernel';
import { codeHash } from '../one-time-code.js';

export interface Invitation {
	readonly id: string;
	readonly email: string;
	readonly role: string;
	readonly status: 'open' | 'accepted' | 'revoked' | 'expired';
	readonly expiresAt: Date;
	readonly createdAt: Date;
}

export interface OpenInvitation {
	readonly id: string;
	readonly email: string;
	readonly role: string;
	/** `null`: a process of ours, or somebody who is gone. */
	readonly invitedBy: string | null;
}

export interface NewInvitation extends OpenInvitation {
	readonly tokenHash: Buffer;
}

const DAYS = 7;

const invitations = `SELECT i.id, i.email, i.role, i.expires_at AS "expiresAt", i.created_at AS "createdAt",
		CASE WHEN i.accepted_at IS NOT NULL THEN 'accepted' WHEN i.revoked_at IS NOT NULL THEN 'revoked'
			WHEN i.expires_at <= now() THEN 'expired' ELSE 'open' END AS status
	FROM invitations i WHERE i.organization_id = $1`;

@Injectable()
export class InvitationRepository {
	constructor(private readonly work: UnitOfWork) {}

	/** Whose a code is, before anybody is known. */
	async organizationOf(code: string): Promise<string | undefined> {
		const [row] = await this.work.callDefiner<{ id: string }>('SELECT organization_id AS id FROM find_invitation($1)', [
			codeHash(code),
		]);
		return row?.id;
	}

	/** An old one for the same address that has expired makes room. @throws AppError conflict `already_invited` */
	async insert(scope: TenantScope, { id, email, role, invitedBy, tokenHash }: NewInvitation): Promise<void> {
		const { manager } = scope.transaction;
		await manager.query(
			`UPDATE invitations SET revoked_at = now(), updated_at = now() WHERE organization_id = $1 AND lower(email) = lower($2)
				AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at <= now()`,
			[scope.organizationId, email],
		);
		try {
			await manager.query(
				`INSERT INTO invitations (organization_id, id, email, role, invited_by, token_hash, expires_at)
				VALUES ($1, $2, $3, $4, $5, $6, now() + make_interval(days => $7))`,
				[scope.organizationId, id, storableText(email), storableText(role), invitedBy, tokenHash, DAYS],
			);
		} catch (error) {
			if (violatedUnique(error) !== 'invitations_open') throw error;
			throw new AppError('conflict', 'already_invited', 'This address has an open invitation: revoke it first', {
				cause: error,
			});
		}
	}

	async isMember(scope: TenantScope, email: string): Promise<boolean> {
		const rows = await scope.transaction.manager.query<unknown[]>(
			`SELECT 1 FROM memberships m JOIN users u ON u.id = m.user_id
			WHERE m.organization_id = $1 AND lower(u.email) = lower($2)`,
			[scope.organizationId, email],
		);
		return rows.length > 0;
	}

	async page(scope: TenantScope, { limit, after }: PageRequest): Promise<Page<Invitation>> {
		const rows = await scope.transaction.manager.query<Invitation[]>(
			`${invitations} AND ($2::uuid IS NULL OR i.id < $2) ORDER BY i.id DESC LIMIT $3`,
			[scope.organizationId, after ?? null, limit + 1],
		);
		return pageOf(rows, limit);
	}

	async find(scope: TenantScope, id: string): Promise<Invitation | undefined> {
		const [row] = await scope.transaction.manager.query<Invitation[]>(`${invitations} AND i.id = $2`, [
			scope.organizationId,
			id,
		]);
		return row;
	}

	/** Locked, so that it is accepted once. `undefined` when it is closed or too old. */
	async lockOpen(scope: TenantScope, code: string): Promise<OpenInvitation | undefined> {
		const [row] = await scope.transaction.manager.query<OpenInvitation[]>(
			`SELECT id, email, role, invited_by AS "invitedBy" FROM invitations WHERE organization_id = $1 AND token_hash = $2
				AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > clock_timestamp() FOR UPDATE`,
			[scope.organizationId, codeHash(code)],
		);
		return row;
	}

	/** Returns false when it was not open. */
	async close(scope: TenantScope, id: string, by: 'accepted_at' | 'revoked_at'): Promise<boolean> {
		const [, count] = await scope.transaction.manager.query<[unknown[], number]>(
			`UPDATE invitations SET ${by} = now(), updated_at = now() WHERE organization_id = $1 AND id = $2
				AND accepted_at IS NULL AND revoked_at IS NULL`,
			[scope.organizationId, id],
		);
		return count === 1;
	}
}
