import { Injectable } from '@nestjs/common';
import type { RunEvent } from '#libs/chat';
import { ownerOf, type RunState } from '#libs/conversations';
import type { TenantScope } from '#libs/database';
import { storableJson, userIdOf } from '#libs/kernel';
import type { RunRecord } from '../run.js';

const columns = `r.id, r.conversation_id AS "conversationId", r.parent_id AS "parentId", r.message_id AS "messageId", r.state,
	r.model, r.error, r.usage, r.started_at AS "startedAt", r.finished_at AS "finishedAt", r.created_at AS "createdAt"`;
const SILENT = `interval '15 seconds'`;
const own = `r.organization_id = $1 AND ($2::uuid IS NULL OR r.user_id = $2)`;

export interface NewRun {
	readonly id: string;
	readonly conversationId: string;
	readonly parentId: string;
	readonly model: string;
	readonly parameters: object;
	readonly replicaId: string;
	/** What the answer will be called, and what it goes on from. */
	readonly messageId: string;
	readonly once: { readonly key: string; readonly fingerprint: Buffer } | undefined;
}

export interface RunResult {
	readonly id: string;
	readonly state: RunState;
	/** `null`: nothing of an answer came. */
	readonly messageId: string | null;
	readonly error: object | null;
	readonly usage: object | null;
	readonly events: readonly RunEvent[];
}

/** Whether its process still gives a sign of life. */
export type FoundRun = RunRecord & { readonly isSilent: boolean; readonly answerId: string; readonly userId: string };

/** Runs of the person who acts; of the whole organization for a process of ours. */
@Injectable()
export class RunsRepository {
	async insert(scope: TenantScope, run: NewRun): Promise<void> {
		await scope.transaction.manager.query(
			`INSERT INTO runs (organization_id, id, user_id, conversation_id, parent_id, state, model, parameters, replica_id,
				heartbeat_at, started_at, request_id, idempotency_key, request_hash)
			VALUES ($1, $2, $3, $4, $5, 'running', $6, $7, $8, now(), now(), $9, $10, $11)`,
			[
				scope.organizationId,
				run.id,
				ownerOf(scope),
				run.conversationId,
				run.parentId,
				run.model,
				JSON.stringify(storableJson({ ...run.parameters, answerId: run.messageId })),
				run.replicaId,
				scope.requestId,
				run.once?.key ?? null,
				run.once?.fingerprint ?? null,
			],
		);
	}

	async find(scope: TenantScope, id: string): Promise<FoundRun | undefined> {
		const [row] = await scope.transaction.manager.query<FoundRun[]>(
			`SELECT ${columns}, r.user_id AS "userId", r.parameters->>'answerId' AS "answerId",
				r.state IN ('queued', 'running') AND r.heartbeat_at < now() - ${SILENT} AS "isSilent"
			FROM runs r WHERE ${own} AND r.id = $3`,
			[scope.organizationId, userIdOf(scope) ?? null, id],
		);
		return row;
	}

	/** Of a conversation, the newest first. */
	async list(scope: TenantScope, conversationId: string, limit: number): Promise<RunRecord[]> {
		return scope.transaction.manager.query<RunRecord[]>(
			`SELECT ${columns} FROM runs r WHERE ${own} AND r.conversation_id = $3 ORDER BY r.id DESC LIMIT $4`,
			[scope.organizationId, userIdOf(scope) ?? null, conversationId, limit],
		);
	}

	/** The run that a request with this key began less than a day ago; what is older lets go of the key. */
	async byKey(scope: TenantScope, key: string): Promise<{ id: string; requestHash: Buffer } | undefined> {
		const by = [scope.organizationId, ownerOf(scope), key];
		const { manager } = scope.transaction;
		await manager.query(
			`UPDATE runs SET idempotency_key = NULL WHERE organization_id = $1 AND user_id = $2 AND idempotency_key = $3
				AND created_at < now() - interval '24 hours'`,
			by,
		);
		const [row] = await manager.query<{ id: string; requestHash: Buffer }[]>(
			`SELECT id, request_hash AS "requestHash" FROM runs WHERE organization_id = $1 AND user_id = $2 AND idempotency_key = $3`,
			by,
		);
		return row;
	}

	/** Only the first who says how a run ended is heard: returns false to all others. */
	async claim({ organizationId, transaction }: TenantScope, { id, state, error, usage }: RunResult): Promise<boolean> {
		const [, changed] = await transaction.manager.query<[unknown, number]>(
			`UPDATE runs SET state = $3, error = $4, usage = $5, finished_at = now(), updated_at = now()
			WHERE organization_id = $1 AND id = $2 AND state IN ('queued', 'running')`,
			[organizationId, id, state, ...[error, usage].map((value) => (value === null ? null : JSON.stringify(value)))],
		);
		return changed === 1;
	}

	/** What came of a run that was claimed. */
	async keep({ organizationId, transaction }: TenantScope, { id, messageId, events }: RunResult): Promise<void> {
		if (messageId !== null)
			await transaction.manager.query('UPDATE runs SET message_id = $3 WHERE organization_id = $1 AND id = $2', [
				organizationId,
				id,
				messageId,
			]);
		await transaction.manager.query(
			'INSERT INTO run_logs (organization_id, run_id, events, last_sequence) VALUES ($1, $2, $3, $4)',
			[organizationId, id, JSON.stringify(events), events.length],
		);
	}

	async log({ organizationId, transaction }: TenantScope, id: string): Promise<readonly RunEvent[] | undefined> {
		const [row] = await transaction.manager.query<{ events: readonly RunEvent[] }[]>(
			'SELECT events FROM run_logs WHERE organization_id = $1 AND run_id = $2',
			[organizationId, id],
		);
		return row?.events;
	}

	/** Their process lives. Returns those that somebody wants stopped. */
	async beat({ organizationId, transaction }: TenantScope, ids: readonly string[]): Promise<string[]> {
		const [rows] = await transaction.manager.query<[{ id: string; stop: boolean }[], number]>(
			`UPDATE runs SET heartbeat_at = now() WHERE organization_id = $1 AND id = ANY ($2) AND state IN ('queued', 'running')
			RETURNING id, stop_requested_at IS NOT NULL AS stop`,
			[organizationId, ids],
		);
		return rows.filter(({ stop }) => stop).map(({ id }) => id);
	}

	async wantStopped({ organizationId, transaction }: TenantScope, id: string): Promise<void> {
		await transaction.manager.query(
			`UPDATE runs SET stop_requested_at = coalesce(stop_requested_at, now()) WHERE organization_id = $1 AND id = $2
				AND state IN ('queued', 'running')`,
			[organizationId, id],
		);
	}

	/** Runs whose process has gone. */
	async silent({ organizationId, transaction }: TenantScope, limit: number): Promise<string[]> {
		const rows = await transaction.manager.query<{ id: string }[]>(
			`SELECT id FROM runs WHERE organization_id = $1 AND state IN ('queued', 'running') AND heartbeat_at < now() - ${SILENT}
			ORDER BY heartbeat_at LIMIT $2`,
			[organizationId, limit],
		);
		return rows.map(({ id }) => id);
	}

	/** The conversation that a client calls so. */
	async conversationOf(scope: TenantScope, clientChatId: string): Promise<string | undefined> {
		const [row] = await scope.transaction.manager.query<{ id: string }[]>(
			'SELECT id FROM conversations WHERE organization_id = $1 AND user_id = $2 AND client_chat_id = $3',
			[scope.organizationId, ownerOf(scope), clientChatId],
		);
		return row?.id;
	}

	async nameConversation(
		{ organizationId, transaction }: TenantScope,
		id: string,
		clientChatId: string,
	): Promise<void> {
		await transaction.manager.query(
			'UPDATE conversations SET client_chat_id = $3 WHERE organization_id = $1 AND id = $2',
			[organizationId, id, clientChatId],
		);
	}

	async isUntitled({ organizationId, transaction }: TenantScope, conversationId: string): Promise<boolean> {
		const rows = await transaction.manager.query<unknown[]>(
			`SELECT 1 FROM conversations WHERE organization_id = $1 AND id = $2 AND title_source = 'none'`,
			[organizationId, conversationId],
		);
		return rows.length > 0;
	}

	/** Never over a title that somebody gave. */
	async entitle({ organizationId, transaction }: TenantScope, conversationId: string, title: string): Promise<void> {
		await transaction.manager.query(
			`UPDATE conversations SET title = $3, title_source = 'generated' WHERE organization_id = $1 AND id = $2
				AND title_source = 'none'`,
			[organizationId, conversationId, title],
		);
	}

	async activeLeaf({ organizationId, transaction }: TenantScope, conversationId: string): Promise<string | null> {
		const [row] = await transaction.manager.query<{ leaf: string | null }[]>(
			'SELECT active_leaf_id AS leaf FROM conversations WHERE organization_id = $1 AND id = $2 FOR UPDATE',
			[organizationId, conversationId],
		);
		return row?.leaf ?? null;
	}

	async setActiveLeaf(
		{ organizationId, transaction }: TenantScope,
		conversationId: string,
		id: string | null,
	): Promise<void> {
		await transaction.manager.query(
			'UPDATE conversations SET active_leaf_id = $3 WHERE organization_id = $1 AND id = $2',
			[organizationId, conversationId, id],
		);
	}
}
