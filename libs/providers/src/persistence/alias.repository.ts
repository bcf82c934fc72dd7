import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import type { Alias, AliasTarget, RoutingPolicy, StickyBy } from '../alias.js';

interface Row {
	readonly organizationId: string;
	readonly id: string;
	readonly name: string;
	readonly policy: RoutingPolicy;
	readonly stickyBy: StickyBy | null;
	readonly defaultOutputCap: number | null;
	readonly allowDroppedParams: boolean;
	readonly isShared: boolean;
	readonly updatedAt: Date;
	readonly targets: AliasTarget[];
}

@Injectable()
export class AliasRepository {
	/** Enabled ones: the organization's and those that are shared with it. */
	async usable(scope: TenantScope): Promise<Alias[]> {
		const rows = await scope.transaction.manager.query<Row[]>(
			`SELECT a.organization_id AS "organizationId", a.id, a.name, a.policy, a.sticky_by AS "stickyBy",
				a.default_output_cap AS "defaultOutputCap", a.allow_dropped_params AS "allowDroppedParams",
				a.is_shared AS "isShared", a.updated_at AS "updatedAt",
				(SELECT coalesce(json_agg(json_build_object('providerId', t.provider_id, 'model', t.model, 'weight', t.weight,
						'priority', t.priority) ORDER BY t.position), '[]')
					FROM model_alias_targets t WHERE t.organization_id = a.organization_id AND t.alias_id = a.id) AS targets
			FROM model_aliases a WHERE (a.organization_id = $1 OR a.is_shared) AND a.is_enabled ORDER BY a.name`,
			[scope.organizationId],
		);
		return rows.map(toAlias);
	}
}

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
		targets: Object.freeze(row.targets.map((target) => Object.freeze(target))),
		revision: String(row.updatedAt.getTime()),
	});
