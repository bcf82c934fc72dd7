import { Injectable } from '@nestjs/common';
import { Quota } from '#libs/access';
import type { TenantScope } from '#libs/database';
import { type Page, type PageRequest, pageOf, userIdOf } from '#libs/kernel';
import type { BudgetChange, BudgetInput, BudgetRecord } from '../rules/budget.js';
import type { ZonedBudget } from '../rules/rule-book.js';
import { BudgetEntity } from './budget.entity.js';
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

const columns = `${ruleColumns}, period, zone, amount_nano_usd::text AS "amountNanoUsd", action, thresholds`;
const timeZone = `(SELECT CASE zone WHEN 'organization' THEN o.time_zone ELSE 'UTC' END FROM organizations o WHERE o.id = organization_id)`;
const quota = new Quota('budgets', 10_000, 'FROM budgets WHERE organization_id = $1 AND $2::text IS NULL');

@Injectable()
export class BudgetsRepository {
	/** Newest first. */
	async page(scope: TenantScope, filter: RuleFilter, { limit, after }: PageRequest): Promise<Page<BudgetRecord>> {
		const rows = await scope.transaction.manager.query<BudgetRecord[]>(
			`SELECT ${columns} FROM budgets WHERE organization_id = $1 AND ${filterFrom(2)} AND ($4::uuid IS NULL OR id < $4)
			ORDER BY id DESC LIMIT $5`,
			[scope.organizationId, filter.attachment ?? null, filter.attachmentId ?? null, after ?? null, limit + 1],
		);
		return pageOf(rows, limit);
	}

	/** Those that count now. */
	async current(scope: TenantScope): Promise<Timed<ZonedBudget>[]> {
		return scope.transaction.manager.query<Timed<ZonedBudget>[]>(
			`SELECT ${columns}, ${endsIn}, ${timeZone} AS "timeZone" FROM budgets WHERE organization_id = $1 AND (expires_at IS NULL OR expires_at > now()) ORDER BY id`,
			[scope.organizationId],
		);
	}

	/** `toChange`: nobody else changes it until the end of the transaction. */
	async find(scope: TenantScope, id: string, toChange = false): Promise<BudgetRecord | undefined> {
		const [row] = await scope.transaction.manager.query<BudgetRecord[]>(
			`SELECT ${columns} FROM budgets WHERE organization_id = $1 AND id = $2 ${toChange ? 'FOR UPDATE' : ''}`,
			[scope.organizationId, id],
		);
		return row;
	}

	/** The one in the same place. Nobody else changes it until the end of the transaction. */
	async inPlace(
		{ organizationId, transaction }: TenantScope,
		input: BudgetInput,
	): Promise<Pick<BudgetRecord, 'id' | 'zone'> | undefined> {
		const row = newRule(organizationId, null, input);
		const [found] = await transaction.manager.query<Pick<BudgetRecord, 'id' | 'zone'>[]>(
			`SELECT id, zone FROM budgets WHERE organization_id = $1 AND period = $2
				AND (project_id, user_id, key_id, dialect, model) IS NOT DISTINCT FROM ($3::uuid, $4::uuid, $5::uuid, $6, $7) FOR UPDATE`,
			[organizationId, input.period, ...placeOf(row)],
		);
		return found;
	}

	/** Returns its id. One in the same place that has ended makes room. @throws AppError conflict `quota_reached`, or the violation of `budgets_once` */
	async insert(scope: TenantScope, input: BudgetInput): Promise<string> {
		const { organizationId, transaction } = scope;
		const row = { ...newRule(organizationId, userIdOf(scope) ?? null, input), ...termsOf(input) };
		await transaction.manager.query(
			`DELETE FROM budgets WHERE organization_id = $1 AND expires_at <= now() AND period = $2
				AND (project_id, user_id, key_id, dialect, model) IS NOT DISTINCT FROM ($3::uuid, $4::uuid, $5::uuid, $6, $7)`,
			[organizationId, row.period, ...placeOf(row)],
		);
		await quota.take(scope);
		await transaction.manager.insert(BudgetEntity, row);
		return row.id;
	}

	async update(
		{ organizationId, transaction }: TenantScope,
		id: string,
		{ amountNanoUsd, action, thresholds, reason, expiresAt }: BudgetChange,
	): Promise<void> {
		const change = {
			...(amountNanoUsd === undefined ? {} : { amountNanoUsd }),
			...(action === undefined ? {} : { action }),
			...(thresholds === undefined ? {} : { thresholds: [...thresholds] }),
			...(reason === undefined ? {} : { reason: storable(reason) }),
			...(expiresAt === undefined ? {} : { expiresAt }),
			updatedAt: () => 'now()',
		};
		await transaction.manager.update(BudgetEntity, { organizationId, id }, change);
	}

	async delete({ organizationId, transaction }: TenantScope, id: string): Promise<void> {
		await transaction.manager.delete(BudgetEntity, { organizationId, id });
	}
}

const termsOf = ({ period, zone, amountNanoUsd, action, thresholds }: BudgetInput) => ({
	period,
	zone,
	amountNanoUsd,
	action,
	thresholds: [...thresholds],
});
