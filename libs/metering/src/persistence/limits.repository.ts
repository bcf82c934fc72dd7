import { Injectable } from '@nestjs/common';
import { Quota } from '#libs/access';
import type { TenantScope } from '#libs/database';
import { type Page, type PageRequest, pageOf, userIdOf } from '#libs/kernel';
import type { LimitChange, LimitInput, LimitRecord } from '../rules/limit.js';
import { LimitEntity } from './limit.entity.js';
import {
	endsIn,
	filterFrom,
	newRule,
	placeOf,
	type RuleFilter,
	ruleColumns,
	storable,
	type Timed,
} from './rule-columns.js';

const columns = `${ruleColumns}, metric, time_window AS "window", max::float8 AS max`;
const quota = new Quota('limits', 10_000, 'FROM limits WHERE organization_id = $1 AND $2::text IS NULL');

@Injectable()
export class LimitsRepository {
	/** Newest first. */
	async page(scope: TenantScope, filter: RuleFilter, { limit, after }: PageRequest): Promise<Page<LimitRecord>> {
		const rows = await scope.transaction.manager.query<LimitRecord[]>(
			`SELECT ${columns} FROM limits WHERE organization_id = $1 AND ${filterFrom(2)} AND ($4::uuid IS NULL OR id < $4)
			ORDER BY id DESC LIMIT $5`,
			[scope.organizationId, filter.attachment ?? null, filter.attachmentId ?? null, after ?? null, limit + 1],
		);
		return pageOf(rows, limit);
	}

	/** Those that count now. */
	async current(scope: TenantScope): Promise<Timed<LimitRecord>[]> {
		return scope.transaction.manager.query<Timed<LimitRecord>[]>(
			`SELECT ${columns}, ${endsIn} FROM limits WHERE organization_id = $1 AND (expires_at IS NULL OR expires_at > now()) ORDER BY id`,
			[scope.organizationId],
		);
	}

	/** `toChange`: nobody else changes it until the end of the transaction. */
	async find(scope: TenantScope, id: string, toChange = false): Promise<LimitRecord | undefined> {
		const [row] = await scope.transaction.manager.query<LimitRecord[]>(
			`SELECT ${columns} FROM limits WHERE organization_id = $1 AND id = $2 ${toChange ? 'FOR UPDATE' : ''}`,
			[scope.organizationId, id],
		);
		return row;
	}

	/** The one in the same place that ends or does not end alike; its id. Nobody else changes it until the end of the transaction. */
	async inPlace({ organizationId, transaction }: TenantScope, input: LimitInput): Promise<string | undefined> {
		const row = newRule(organizationId, null, input);
		const [found] = await transaction.manager.query<{ id: string }[]>(
			`SELECT id FROM limits WHERE organization_id = $1 AND metric = $2 AND (time_window, project_id, user_id, key_id, dialect, model)
				IS NOT DISTINCT FROM ($3, $4::uuid, $5::uuid, $6::uuid, $7, $8) AND (expires_at IS NULL) = $9 FOR UPDATE`,
			[organizationId, input.metric, input.window, ...placeOf(row), input.expiresAt === null],
		);
		return found?.id;
	}

	/** Returns its id. One in the same place that has ended makes room. @throws AppError conflict `quota_reached`, or the violation of `limits_once` */
	async insert(scope: TenantScope, input: LimitInput): Promise<string> {
		const { organizationId, transaction } = scope;
		const row = { ...newRule(organizationId, userIdOf(scope) ?? null, input), ...termsOf(input) };
		await transaction.manager.query(
			`DELETE FROM limits WHERE organization_id = $1 AND expires_at <= now() AND metric = $2
				AND (time_window, project_id, user_id, key_id, dialect, model) IS NOT DISTINCT FROM ($3, $4::uuid, $5::uuid, $6::uuid, $7, $8)`,
			[organizationId, row.metric, row.window, ...placeOf(row)],
		);
		await quota.take(scope);
		await transaction.manager.insert(LimitEntity, row);
		return row.id;
	}

	async update(
		{ organizationId, transaction }: TenantScope,
		id: string,
		{ max, reason, expiresAt }: LimitChange,
	): Promise<void> {
		const change = {
			...(max === undefined ? {} : { max: String(max) }),
			...(reason === undefined ? {} : { reason: storable(reason) }),
			...(expiresAt === undefined ? {} : { expiresAt }),
			updatedAt: () => 'now()',
		};
		await transaction.manager.update(LimitEntity, { organizationId, id }, change);
	}

	async delete({ organizationId, transaction }: TenantScope, id: string): Promise<void> {
		await transaction.manager.delete(LimitEntity, { organizationId, id });
	}
}

const termsOf = ({ metric, window, max }: LimitInput) => ({ metric, window, max: String(max) });
