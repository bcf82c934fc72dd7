import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
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

/** A job as operators see it. */
export interface JobDetails extends JobState {
	/** How often it was handed over. */
	readonly deliveries: number;
	/** When it is offered next, while it is pending. */
	readonly deliverAt: Date;
	readonly payload: object;
}

const details = {
	id: true,
	job: true,
	status: true,
	error: true,
	createdAt: true,
	finishedAt: true,
	deliveries: true,
	deliverAt: true,
	payload: true,
} as const;

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

	/** Newest first. */
	async list(
		{ organizationId, transaction }: TenantScope,
		{ status, limit }: { readonly status: JobState['status'] | undefined; readonly limit: number },
	): Promise<JobDetails[]> {
		return transaction.manager.find(OutboxEntity, {
			select: details,
			where: { organizationId, ...(status === undefined ? {} : { status }) },
			order: { id: 'DESC' },
			take: limit,
		});
	}

	async details({ organizationId, transaction }: TenantScope, id: string): Promise<JobDetails | undefined> {
		const row = await transaction.manager.findOne(OutboxEntity, { select: details, where: { organizationId, id } });
		return row ?? undefined;
	}

	/** Jobs that were given up are offered again; `id`: that one only. Returns how many. */
	async retry({ organizationId, transaction }: TenantScope, id: string | undefined): Promise<number> {
		const where = { organizationId, status: 'failed' as const, ...(id === undefined ? {} : { id }) };
		const { affected } = await transaction.manager.update(OutboxEntity, where, {
			status: 'pending',
			error: null,
			finishedAt: null,
			deliverAt: () => 'now()',
			updatedAt: () => 'now()',
		});
		await transaction.manager.query(`SELECT pg_notify('outbox', '')`);
		return affected ?? 0;
	}

	/** A waiting job is offered at once. False: it does not wait. */
	async promote(scope: TenantScope, id: string): Promise<boolean> {
		const where = { organizationId: scope.organizationId, id, status: 'pending' as const };
		const { affected } = await scope.transaction.manager.update(OutboxEntity, where, {
			deliverAt: () => 'now()',
			updatedAt: () => 'now()',
		});
		await scope.transaction.manager.query(`SELECT pg_notify('outbox', '')`);
		return affected === 1;
	}

	/** Forgets what was over before a moment. Returns how many. */
	async clean(
		{ organizationId, transaction }: TenantScope,
		{ status, before }: { readonly status: 'done' | 'failed'; readonly before: Date },
	): Promise<number> {
		const { affected } = await transaction.manager.delete(OutboxEntity, {
			organizationId,
			status,
			finishedAt: LessThan(before),
		});
		return affected ?? 0;
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
