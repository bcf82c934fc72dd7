import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { newId, type Page, pageOf, type PageRequest } from '#libs/kernel';
import type { Alias, AliasTarget, RoutingPolicy, StickyBy } from '../alias.js';
import { ModelAliasEntity } from './model-alias.entity.js';
import { ModelAliasTargetEntity } from './model-alias-target.entity.js';

/** An alias as people see it. */
export interface AliasRecord {
	readonly id: string;
	readonly name: string;
	readonly policy: RoutingPolicy;
	/** `null` but under `sticky`. */
	readonly stickyBy: StickyBy | null;
	readonly defaultOutputCap: number | null;
	readonly allowDroppedParams: boolean;
	readonly isEnabled: boolean;
	readonly isShared: boolean;
	readonly targets: readonly AliasTarget[];
	readonly createdAt: Date;
	readonly updatedAt: Date;
}

export type AliasFields = Omit<AliasRecord, 'id' | 'createdAt' | 'updatedAt'>;

type Row = AliasRecord & { readonly organizationId: string };

@Injectable()
export class AliasRepository {
	/** The organization's own wish, for every model. */
	async allowsDroppedParams({ organizationId, transaction }: TenantScope): Promise<boolean> {
		const [row] = await transaction.manager.query<{ allowed: boolean }[]>(
			'SELECT allow_dropped_params AS allowed FROM organizations WHERE id = $1',
			[organizationId],
		);
		return row?.allowed ?? false;
	}

	/** Enabled ones: the organization's, then those that are shared with it. */
	async usable(scope: TenantScope): Promise<Alias[]> {
		const condition = '(a.organization_id = $1 OR a.is_shared) AND a.is_enabled';
		const rows = await this.rows(scope, `${condition} ORDER BY a.organization_id <> $1, a.name`);
		return rows.map(toAlias);
	}

	/** The organization's own, newest first. */
	async page(scope: TenantScope, { limit, after }: PageRequest): Promise<Page<AliasRecord>> {
		const condition = 'a.organization_id = $1 AND ($2::uuid IS NULL OR a.id < $2) ORDER BY a.id DESC LIMIT $3';
		return pageOf((await this.rows(scope, condition, [after ?? null, limit + 1])).map(toRecord), limit);
	}

	async find(scope: TenantScope, id: string): Promise<AliasRecord | undefined> {
		const [row] = await this.rows(scope, 'a.organization_id = $1 AND a.id = $2', [id]);
		return row === undefined ? undefined : toRecord(row);
	}

	/** Until the end of the transaction nobody else changes it through this class. */
	async lock({ organizationId, transaction }: TenantScope, id: string): Promise<void> {
		await transaction.manager.query('SELECT 1 FROM model_aliases WHERE organization_id = $1 AND id = $2 FOR UPDATE', [
			organizationId,
			id,
		]);
	}

	/** Returns its id. */
	async insert(scope: TenantScope, { targets, ...fields }: AliasFields): Promise<string> {
		const { organizationId, transaction } = scope;
		const id = newId();
		await transaction.manager.insert(ModelAliasEntity, { organizationId, id, ...columnsOf(fields) });
		await this.insertTargets(scope, id, targets);
		return id;
	}

	/** All columns and targets. */
	async update(scope: TenantScope, id: string, { targets, ...fields }: AliasFields): Promise<void> {
		const { organizationId, transaction } = scope;
		await transaction.manager.update(
			ModelAliasEntity,
			{ organizationId, id },
			{ ...columnsOf(fields), updatedAt: () => 'now()' },
		);
		await transaction.manager.delete(ModelAliasTargetEntity, { organizationId, aliasId: id });
		await this.insertTargets(scope, id, targets);
	}

	async delete({ organizationId, transaction }: TenantScope, id: string): Promise<void> {
		await transaction.manager.delete(ModelAliasEntity, { organizationId, id });
	}

	private async insertTargets(
		{ organizationId, transaction }: TenantScope,
		aliasId: string,
		targets: readonly AliasTarget[],
	): Promise<void> {
		const rows = targets.map(({ providerId, model, weight, priority }, position) => ({
			organizationId,
			aliasId,
			position,
			providerId,
			model,
			weight,
			priority,
		}));
		await transaction.manager.insert(ModelAliasTargetEntity, rows);
	}

	/** `condition` is SQL of this file; $1 is the organization. */
	private async rows(scope: TenantScope, condition: string, parameters: readonly unknown[] = []): Promise<Row[]> {
		return scope.transaction.manager.query<Row[]>(
			`SELECT a.organization_id AS "organizationId", a.id, a.name, a.policy, a.sticky_by AS "stickyBy",
				a.default_output_cap AS "defaultOutputCap", a.allow_dropped_params AS "allowDroppedParams",
				a.is_enabled AS "isEnabled", a.is_shared AS "isShared", a.created_at AS "createdAt", a.updated_at AS "updatedAt",
				(SELECT coalesce(json_agg(json_build_object('providerId', t.provider_id, 'model', t.model, 'weight', t.weight,
						'priority', t.priority) ORDER BY t.position), '[]')
					FROM model_alias_targets t WHERE t.organization_id = a.organization_id AND t.alias_id = a.id) AS targets
			FROM model_aliases a WHERE ${condition}`,
			[scope.organizationId, ...parameters],
		);
	}
}

const columnsOf = (fields: Omit<AliasFields, 'targets'>) => ({
	name: fields.name,
	policy: fields.policy,
	stickyBy: fields.stickyBy,
	defaultOutputCap: fields.defaultOutputCap,
	allowDroppedParams: fields.allowDroppedParams,
	isEnabled: fields.isEnabled,
	isShared: fields.isShared,
});

const toRecord = ({ organizationId: _, ...record }: Row): AliasRecord => record;

const toAlias = (row: Row): Alias =>
	Object.freeze({
		organizationId: row.organizationId,
		id: row.id,
		name: row.name,
		policy: row.policy,
		stickyBy: row.stickyBy ?? undefined,
		defaultOutputCap: row.defaultOutputCap ?? undefined,
		allowsDroppedParams: row.allowDroppedParams,
		isShared: row.isShared,
		createdAt: row.createdAt,
		targets: Object.freeze(row.targets.map((target) => Object.freeze(target))),
		revision: String(row.updatedAt.getTime()),
	});
