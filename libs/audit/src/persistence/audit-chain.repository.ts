import { Injectable } from '@nestjs/common';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { CHAIN_START, type SealedRow } from '../audit-chain.js';

/** An event as the chain hashes it: every column, as text, in this order for ever. */
const canonical = `json_build_array(e.organization_id, e.id, to_char(e.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
	e.action, e.result, e.actor_kind, e.actor_id, e.user_id, e.target_type, e.target_id, e.before::text, e.after::text,
	e.ip, e.user_agent, e.request_id)::text`;

export interface WaitingEvent {
	readonly id: string;
	readonly canonical: string;
}

export interface NewSeal {
	readonly sequence: number;
	readonly eventId: string;
	readonly hash: Buffer;
}

/** An event without a seal. */
export interface UnsealedEvent {
	readonly id: string;
	/** It is noted as waiting; else nobody of ours wrote it. */
	readonly isWaiting: boolean;
	readonly ageSeconds: number;
}

@Injectable()
export class AuditChainRepository {
	constructor(private readonly work: UnitOfWork) {}

	/** Organizations with events that wait for their seal, at most `limit`. For the worker. */
	async organizationsWithUnsealed(limit: number): Promise<string[]> {
		const rows = await this.work.callDefiner<{ id: string }>(
			'SELECT id FROM organizations_with_unsealed_audit($1) AS id',
			[limit],
		);
		return rows.map(({ id }) => id);
	}

	/** False when another worker seals this organization now. Held until the transaction ends. */
	async lock(scope: TenantScope): Promise<boolean> {
		const [row] = await scope.transaction.manager.query<{ locked: boolean }[]>(
			`SELECT pg_try_advisory_xact_lock(hashtextextended('audit ' || $1, 0)) AS locked`,
			[scope.organizationId],
		);
		return row?.locked === true;
	}

	/** Where the chain ends now. */
	async head(scope: TenantScope): Promise<{ sequence: number; hash: Buffer }> {
		const [row] = await scope.transaction.manager.query<{ sequence: string; hash: Buffer }[]>(
			'SELECT sequence, hash FROM audit_seals WHERE organization_id = $1 ORDER BY sequence DESC LIMIT 1',
			[scope.organizationId],
		);
		return { sequence: Number(row?.sequence ?? 0), hash: row?.hash ?? CHAIN_START };
	}

	/** Oldest first. */
	async waiting(scope: TenantScope, limit: number): Promise<WaitingEvent[]> {
		return scope.transaction.manager.query<WaitingEvent[]>(
			`SELECT e.id, ${canonical} AS canonical
			FROM audit_pending p JOIN audit_events e ON e.organization_id = p.organization_id AND e.id = p.event_id
			WHERE p.organization_id = $1 ORDER BY e.occurred_at, e.id LIMIT $2`,
			[scope.organizationId, limit],
		);
	}

	/** Appends links, and takes their events off the list of those that wait. */
	async append(scope: TenantScope, keyKid: string, seals: readonly NewSeal[]): Promise<void> {
		const { manager } = scope.transaction;
		const events = seals.map(({ eventId }) => eventId);
		await manager.query(
			`INSERT INTO audit_seals (organization_id, key_kid, sequence, event_id, hash)
			SELECT $1, $2, * FROM unnest($3::bigint[], $4::uuid[], $5::bytea[])`,
			[scope.organizationId, keyKid, seals.map(({ sequence }) => sequence), events, seals.map(({ hash }) => hash)],
		);
		await manager.query('DELETE FROM audit_pending WHERE organization_id = $1 AND event_id = ANY ($2)', [
			scope.organizationId,
			events,
		]);
	}

	/** Links after `sequence`, in order. */
	async sealed(scope: TenantScope, sequence: number, limit: number): Promise<SealedRow[]> {
		const rows = await scope.transaction.manager.query<(Omit<SealedRow, 'sequence'> & { sequence: string })[]>(
			`SELECT s.sequence, s.event_id AS "eventId", s.hash, s.key_kid AS "keyKid",
				CASE WHEN e.id IS NOT NULL THEN ${canonical} END AS canonical
			FROM audit_seals s LEFT JOIN audit_events e ON e.organization_id = s.organization_id AND e.id = s.event_id
			WHERE s.organization_id = $1 AND s.sequence > $2 ORDER BY s.sequence LIMIT $3`,
			[scope.organizationId, sequence, limit],
		);
		return rows.map((row) => ({ ...row, sequence: Number(row.sequence) }));
	}

	/** Events that have no link. */
	async unsealed(scope: TenantScope): Promise<UnsealedEvent[]> {
		return scope.transaction.manager.query<UnsealedEvent[]>(
			`SELECT e.id, p.event_id IS NOT NULL AS "isWaiting",
				extract(epoch FROM clock_timestamp() - e.occurred_at)::double precision AS "ageSeconds"
			FROM audit_events e
			LEFT JOIN audit_seals s ON s.organization_id = e.organization_id AND s.event_id = e.id
			LEFT JOIN audit_pending p ON p.organization_id = e.organization_id AND p.event_id = e.id
			WHERE e.organization_id = $1 AND s.event_id IS NULL ORDER BY e.id`,
			[scope.organizationId],
		);
	}
}
