import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { storableText } from '#libs/kernel';
import { OrganizationEntity } from './organization.entity.js';

export interface Organization {
	readonly id: string;
	readonly slug: string;
	readonly name: string;
	/** Parameters that an upstream's protocol lacks are left out and named, instead of refused. */
	readonly allowDroppedParams: boolean;
	/** IANA name: where days, weeks and months of budgets begin that count in the organization's zone. */
	readonly timeZone: string;
	readonly createdAt: Date;
}

/** What can be changed; what is absent stays. */
export interface OrganizationChange {
	readonly name?: string | undefined;
	readonly allowDroppedParams?: boolean | undefined;
	readonly timeZone?: string | undefined;
}

@Injectable()
export class OrganizationRepository {
	/** The scope's own: there is no other to be found. */
	async current(scope: TenantScope): Promise<Organization | undefined> {
		const row = await scope.transaction.manager.findOne(OrganizationEntity, {
			select: { id: true, slug: true, name: true, allowDroppedParams: true, timeZone: true, createdAt: true },
			where: { id: scope.organizationId },
		});
		return row ?? undefined;
	}

	/** Whether PostgreSQL knows a time zone of this name. */
	async knowsZone({ transaction }: TenantScope, name: string): Promise<boolean> {
		const rows = await transaction.manager.query<object[]>(
			'SELECT 1 FROM pg_timezone_names WHERE lower(name) = lower($1) LIMIT 1',
			[name],
		);
		return rows.length > 0;
	}

	async update(scope: TenantScope, { name, allowDroppedParams, timeZone }: OrganizationChange): Promise<void> {
		await scope.transaction.manager.update(
			OrganizationEntity,
			{ id: scope.organizationId },
			{
				...(name === undefined ? {} : { name: storableText(name) }),
				...(allowDroppedParams === undefined ? {} : { allowDroppedParams }),
				...(timeZone === undefined ? {} : { timeZone }),
				updatedAt: () => 'now()',
			},
		);
	}

	/** The scope's own: its id is set already. */
	async insert(scope: TenantScope, { name, slug }: Pick<Organization, 'name' | 'slug'>): Promise<void> {
		await scope.transaction.manager.insert(OrganizationEntity, {
			id: scope.organizationId,
			name: storableText(name),
			slug,
		});
	}
}
