import { Injectable } from '@nestjs/common';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { storableJson, storableText } from '#libs/kernel';
import { OutboxEntity } from './outbox.entity.js';

export interface ClaimedJob {
	readonly organizationId: string;
	readonly id: string;
	readonly job: string;
	readonly version: number;
	readonly payload: unknown;
	readonly requestId: string | null;
	readonly deliveries: number;
}

export interface JobState {
	readonly id: string;
	readonly job: string;
	readonly status: 'pending' | 'done' | 'failed';
	readonly error: string | null;
	readonly createdAt: Date;
	readonly finishedAt: Date | null;
}

@Injectable()
export class OutboxRepository {
	constructor(private readonly work: UnitOfWork) {}

	async insert(scope: TenantScope, row: { id: string; job: string; version: number; payload: unknown }): Promise<void> {
		await scope.transaction.manager.insert(OutboxEntity, {
			organizationId: scope.organizationId,
			id: row.id,
			job: row.job,
			version: row.version,
			payload: storableJson(row.payload) as object,
			requestId: scope.requestId,
		});
	}

	/** Due rows of all organizations; each is handed out again after `visibilityMs` unless it finished by then. */
	async claim(limit: number, visibilityMs: number): Promise<ClaimedJob[]> {
		return this.work.callDefiner<ClaimedJob>(
			`SELECT organization_id AS "organizationId", id, job, version, payload, request_id AS "requestId", deliveries
			FROM claim_outbox($1, make_interval(secs => $2))`,
			[limit, visibilityMs / 1_000],
		);
	}

	async find(scope: TenantScope, id: string): Promise<JobState | undefined> {
		const row = await scope.transaction.manager.findOne(OutboxEntity, {
			select: { id: true, job: true, status: true, error: true, createdAt: true, finishedAt: true },
			where: { organizationId: scope.organizationId, id },
		});
		return row ?? undefined;
	}

	/** In the handler's own transaction where it has one: the effect and its mark are one. Returns false when it was finished before. */
	async finish(scope: TenantScope, id: string): Promise<boolean> {
		const result = await scope.transaction.manager.update(
			OutboxEntity,
			{ organizationId: scope.organizationId, id, status: 'pending' },
			{ status: 'done', finishedAt: () => 'now()', updatedAt: () => 'now()' },
		);
		return result.affected === 1;
	}

	/** Offers a claimed row again at once: it could not be handed over. */
	async release(scope: TenantScope, id: string): Promise<void> {
		await scope.transaction.manager.update(
			OutboxEntity,
			{ organizationId: scope.organizationId, id, status: 'pending' },
			{ deliverAt: () => 'now()', updatedAt: () => 'now()' },
		);
	}

	/** Given up for good; a finished job stays finished. */
	async fail(scope: TenantScope, id: string, error: string): Promise<void> {
		await scope.transaction.manager.update(
			OutboxEntity,
			{ organizationId: scope.organizationId, id, status: 'pending' },
			{
				status: 'failed',
				error: storableText(error).slice(0, 2_000),
				finishedAt: () => 'now()',
				updatedAt: () => 'now()',
			},
		);
	}
}
