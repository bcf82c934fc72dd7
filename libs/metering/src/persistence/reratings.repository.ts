import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { newId, type Page, type PageRequest, pageOf, userIdOf } from '#libs/kernel';
import type { ChargedCall, ReratedModel, Rerating } from '../prices/rerating.js';
import { ReratingEntity } from './rerating.entity.js';

const columns = `id, period_from AS "from", period_to AS "to", models, created_by AS "createdBy", created_at AS "createdAt",
	finished_at AS "finishedAt"`;

/** The columns of a correction that say which call it is of. */
const stays = `'occurred_at', e.occurred_at, 'project_id', e.project_id, 'user_id', e.user_id, 'key_id', e.key_id,
	'dialect', e.dialect, 'operation', e.operation, 'provider_id', e.provider_id, 'model', e.model, 'alias', e.alias,
	'status', e.status, 'usage_source', e.usage_source, 'is_estimated', e.is_estimated, 'is_streamed', e.is_streamed,
	'attempts', e.attempts, 'vendor', e.vendor`;
const tokens = ['input', 'cache_read', 'cache_write', 'output', 'reasoning']
	.map((name) => `(e.${name}_tokens + coalesce(x.${name}_tokens, 0))::text AS "${camelCase(name)}"`)
	.join(', ');
const costs = ['', 'input_', 'cache_read_', 'cache_write_', 'output_', 'reasoning_']
	.map((name) => `'${name === '' ? 'total' : camelCase(name.slice(0, -1))}', sum(${name}cost_nano_usd)::text`)
	.join(', ');

/** Where the calls of a day are read on. */
export interface CallsAfter {
	/** `YYYY-MM-DD`. */
	readonly day: string;
	readonly from: Date;
	readonly to: Date;
	readonly after: string | undefined;
	readonly limit: number;
}

@Injectable()
export class ReratingsRepository {
	/** Returns its id. @throws the violation of `price_reratings_running` while another one runs. */
	async insert(scope: TenantScope, from: Date, to: Date): Promise<string> {
		const { organizationId, transaction } = scope;
		const row = { organizationId, id: newId(), from, to, createdBy: userIdOf(scope) ?? null };
		await transaction.manager.insert(ReratingEntity, row);
		return row.id;
	}

	async isOneRunning({ organizationId, transaction }: TenantScope): Promise<boolean> {
		const rows = await transaction.manager.query<object[]>(
			'SELECT FROM price_reratings WHERE organization_id = $1 AND finished_at IS NULL',
			[organizationId],
		);
		return rows.length > 0;
	}

	async find({ organizationId, transaction }: TenantScope, id: string): Promise<Rerating | undefined> {
		const [row] = await transaction.manager.query<Rerating[]>(
			`SELECT ${columns} FROM price_reratings WHERE organization_id = $1 AND id = $2`,
			[organizationId, id],
		);
		return row;
	}

	/** Newest first. */
	async page({ organizationId, transaction }: TenantScope, { limit, after }: PageRequest): Promise<Page<Rerating>> {
		const rows = await transaction.manager.query<Rerating[]>(
			`SELECT ${columns} FROM price_reratings WHERE organization_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
			[organizationId, after ?? null, limit + 1],
		);
		return pageOf(rows, limit);
	}

	/** False: it was finished before. */
	async finish(
		{ organizationId, transaction }: TenantScope,
		id: string,
		models: readonly ReratedModel[],
	): Promise<boolean> {
		const [, finished] = await transaction.manager.query<[unknown[], number]>(
			`UPDATE price_reratings SET models = $3, finished_at = now() WHERE organization_id = $1 AND id = $2 AND finished_at IS NULL`,
			[organizationId, id, JSON.stringify(models)],
		);
		return finished === 1;
	}

	/** In the order of their ids. What corrected a call's usage has its id; what corrected its price names it in `corrects`. */
	async calls(
		{ organizationId, transaction }: TenantScope,
		{ day, from, to, after, limit }: CallsAfter,
	): Promise<ChargedCall[]> {
		return transaction.manager.query<ChargedCall[]>(
			`SELECT e.occurred_on::text AS "occurredOn", e.event_id AS "eventId", e.organization_id AS "organizationId",
				e.occurred_at AS "occurredAt", json_build_object(${stays}) AS row, coalesce(x.vendor, e.vendor) AS vendor,
				coalesce(x.provider_id, e.provider_id) AS "providerId", coalesce(x.model, e.model) AS model, coalesce(x.status, e.status) AS status, ${tokens},
				coalesce(x.upstream_ms, e.upstream_ms) AS "upstreamMs",
				CASE WHEN x.event_id IS NULL THEN e.delivered_tokens ELSE x.delivered_tokens END AS "deliveredTokens",
				coalesce(x.details, e.details) AS details, charged
			FROM usage_events e
			LEFT JOIN usage_events x ON x.occurred_on = e.occurred_on AND x.event_id = e.event_id AND x.kind = 'correction' AND x.corrects IS NULL
			CROSS JOIN LATERAL (SELECT json_build_object(${costs}) AS charged FROM usage_events c WHERE c.organization_id = $1
				AND c.occurred_on = $2::date AND (c.event_id = e.event_id OR c.corrects = e.event_id)) sums
			WHERE e.organization_id = $1 AND e.occurred_on = $2::date AND e.kind = 'call' AND e.occurred_at >= $3 AND e.occurred_at < $4
				AND ($5::uuid IS NULL OR e.event_id > $5)
			ORDER BY e.event_id LIMIT $6`,
			[organizationId, day, from, to, after ?? null, limit],
		);
	}

	/** What a rerating did to the calls of one day, by model: all of it can be read from the ledger. */
	async outcome(
		{ organizationId, transaction }: TenantScope,
		id: string,
		{ day, from, to }: Pick<CallsAfter, 'day' | 'from' | 'to'>,
	): Promise<ReratedModel[]> {
		const mine = `kind = 'correction' AND corrects IS NOT NULL AND request_id = $5`;
		return transaction.manager.query<ReratedModel[]>(
			`SELECT model, (count(*) FILTER (WHERE kind = 'call'))::integer AS calls, (count(*) FILTER (WHERE ${mine}))::integer AS corrected,
				(sum(cost_nano_usd) - coalesce(sum(cost_nano_usd) FILTER (WHERE ${mine}), 0))::text AS "beforeNanoUsd",
				sum(cost_nano_usd)::text AS "afterNanoUsd"
			FROM usage_events WHERE organization_id = $1 AND occurred_on = $2::date AND occurred_at >= $3 AND occurred_at < $4
			GROUP BY model`,
			[organizationId, day, from, to, id],
		);
	}
}

function camelCase(name: string): string {
	return name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
