import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { storableText } from '#libs/kernel';
import { type ChargeInterrupted, OrganizationEntity } from './organization.entity.js';

export interface Organization {
	readonly id: string;
	readonly slug: string;
	readonly name: string;
	/** Parameters that an upstream's protocol lacks are left out and named, instead of refused. */
	readonly allowDroppedParams: boolean;
	/** IANA name: where days, weeks and months of budgets begin that count in the organization's zone. */
	readonly timeZone: string;
	/** What is charged for calls that did not come to their end. */
	readonly chargeInterrupted: ChargeInterrupted;
	readonly createdAt: Date;
}

/** What can be changed; what is absent stays. */
export interface OrganizationChange {
	readonly name?: string | undefined;
	readonly allowDroppedParams?: boolean | undefined;
	readonly timeZone?: string | undefined;
	readonly chargeInterrupted?: ChargeInterrupted | undefined;
}

const shown = [
	'id',
	'slug',
	'name',
	'allowDroppedParams',
	'timeZone',
	'chargeInterrupted',
	'createdAt',
] as const satisfies readonly (keyof Organization)[];

@Injectable()
export class OrganizationRepository {
	/** The scope's own: there is no other to be found. */
	async current(scope: TenantScope): Promise<Organization | undefined> {
		const row = await scope.transaction.manager.findOne(OrganizationEntity, {
			select: Object.fromEntries(shown.map((name) => [name, true])),
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

	async update(
		scope: TenantScope,
		{ name, allowDroppedParams, timeZone, chargeInterrupted }: OrganizationChange,
	): Promise<void> {
		await scope.transaction.manager.update(
			OrganizationEntity,
			{ id: scope.organizationId },
			{
				...(name === undefined ? {} : { name: storableText(name) }),
				...(allowDroppedParams === undefined ? {} : { allowDroppedParams }),
				...(timeZone === undefined ? {} : { timeZone }),
				...(chargeInterrupted === undefined ? {} : { chargeInterrupted }),
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
