import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { newId, type Page, type PageRequest, pageOf, storableJson, storableText } from '#libs/kernel';
import { type AuditEntry, type AuditEvent, type AuditFilter, redacted } from '../audit-event.js';

type EventRow = Omit<AuditEvent, 'sequence'> & { readonly sequence: string | null };

const columns = `e.id, e.occurred_at AS "occurredAt", e.action, e.result, e.actor_kind AS "actorKind", e.actor_id AS "actorId",
	e.user_id AS "userId", e.target_type AS "targetType", e.target_id AS "targetId", e.before, e.after, e.ip,
	e.user_agent AS "userAgent", e.request_id AS "requestId", s.sequence`;

/** Each with the place of its parameter. */
const conditions: Readonly<Record<keyof AuditFilter, (place: string) => string>> = {
	action: (place) => `e.action = ${place}`,
	actorId: (place) => `e.actor_id = ${place}`,
	userId: (place) => `e.user_id = ${place}`,
	targetType: (place) => `e.target_type = ${place}`,
	targetId: (place) => `e.target_id = ${place}`,
	result: (place) => `e.result = ${place}`,
	requestId: (place) => `e.request_id = ${place}`,
	from: (place) => `e.occurred_at >= ${place}`,
	to: (place) => `e.occurred_at < ${place}`,
};

/** Behind the last event of the page before. */
const afterThat = `($2::uuid IS NULL OR (e.occurred_at, e.id) <
	(SELECT l.occurred_at, l.id FROM audit_events l WHERE l.organization_id = $1 AND l.id = $2))`;

@Injectable()
export class AuditRepository {
	/** Appends an event, and the note that it waits for its seal. */
	async insert(scope: TenantScope, entry: AuditEntry): Promise<void> {
		const { actor, origin } = scope;
		const actorId = actor.kind === 'system' ? actor.name : actor.kind === 'key' ? actor.keyId : actor.userId;
		await scope.transaction.manager.query(
			`WITH event AS (
				INSERT INTO audit_events (organization_id, id, action, result, actor_kind, actor_id, user_id, target_type, target_id,
					before, after, ip, user_agent, request_id)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING organization_id, id)
			INSERT INTO audit_pending (organization_id, event_id) SELECT organization_id, id FROM event`,
			[
				scope.organizationId,
				newId(),
				entry.action,
				entry.result ?? 'success',
				actor.kind,
				actorId,
				actor.kind === 'system' ? null : actor.userId,
				entry.targetType,
				entry.targetId,
				stored(entry.before),
				stored(entry.after),
				origin?.ip ?? null,
				origin?.userAgent === undefined ? null : storableText(origin.userAgent),
				scope.requestId,
			],
		);
	}

	/** Newest first. */
	async page(scope: TenantScope, filter: AuditFilter, { limit, after }: PageRequest): Promise<Page<AuditEvent>> {
		const asked = Object.entries(filter).filter(([, value]) => value !== undefined);
		const where = asked.map(([name], at) => conditions[name as keyof AuditFilter](`$${at + 4}`));
		const rows = await scope.transaction.manager.query<EventRow[]>(
			`SELECT ${columns} FROM audit_events e
			LEFT JOIN audit_seals s ON s.organization_id = e.organization_id AND s.event_id = e.id
			WHERE ${['e.organization_id = $1', afterThat, ...where].join(' AND ')}
			ORDER BY e.occurred_at DESC, e.id DESC LIMIT $3`,
			[scope.organizationId, after ?? null, limit + 1, ...asked.map(([, value]) => value)],
		);
		return pageOf(
			rows.map((row) => ({ ...row, sequence: row.sequence === null ? null : Number(row.sequence) })),
			limit,
		);
	}
}

function stored(value: object | undefined): string | null {
	const clean = redacted(value);
	return clean === undefined ? null : JSON.stringify(storableJson(clean));
}
