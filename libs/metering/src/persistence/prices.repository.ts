import { Injectable } from '@nestjs/common';
import { Quota } from '#libs/access';
import type { TenantScope } from '#libs/database';
import { newId, SYSTEM_ORGANIZATION_ID, userIdOf } from '#libs/kernel';
import type { ChargePolicy } from '../prices/price.js';
import { type PriceChange, type PriceInput, type PriceRecord, versionOf } from '../prices/price-record.js';
import type { PriceRow } from '../prices/price-set.js';
import { ratesOf } from '../prices/written-rates.js';
import { PriceEntity } from './price.entity.js';
import { storable } from './rule-columns.js';

/** What the database knows of an organization's prices. */
export interface CurrentPrices {
	readonly own: readonly PriceRow[];
	/** Of all organizations. */
	readonly installation: readonly PriceRow[];
	readonly chargeInterrupted: ChargePolicy;
}

type Row = Omit<PriceRecord, 'readOn' | 'table'> & { readonly organizationId: string; readonly revision: number };

export const priceColumns = `organization_id AS "organizationId", id, revision, vendor, provider_id AS "providerId", model,
	valid_from AS "validFrom", valid_until AS "validUntil", rates, tiers, mark_up AS "markUpBasisPoints", source,
	created_by AS "createdBy", created_at AS "createdAt", updated_at AS "updatedAt"`;

const quota = new Quota('prices', 5_000, 'FROM prices WHERE organization_id = $1 AND $2::text IS NULL');

@Injectable()
export class PricesRepository {
	/** Everything that counts or ever counted. */
	async current({ organizationId, transaction }: TenantScope): Promise<CurrentPrices> {
		const rows = await transaction.manager.query<Row[]>(
			`SELECT ${priceColumns} FROM prices WHERE organization_id IN ($1, $2) ORDER BY id`,
			[organizationId, SYSTEM_ORGANIZATION_ID],
		);
		const [organization] = await transaction.manager.query<{ chargeInterrupted: ChargePolicy }[]>(
			'SELECT charge_interrupted AS "chargeInterrupted" FROM organizations WHERE id = $1',
			[organizationId],
		);
		const isOwn = (row: Row): boolean => row.organizationId === organizationId;
		return {
			own: rows.filter(isOwn).map(priceRow),
			installation: rows.filter((row) => !isOwn(row)).map(priceRow),
			chargeInterrupted: organization?.chargeInterrupted ?? 'delivered',
		};
	}

	/** The organization's own or, unless it is `toChange`, one of the installation's. */
	async find(
		{ organizationId, transaction }: TenantScope,
		id: string,
		toChange = false,
	): Promise<PriceRecord | undefined> {
		const [row] = await transaction.manager.query<Row[]>(
			`SELECT ${priceColumns} FROM prices WHERE organization_id IN ($1, $2) AND id = $3 ${toChange ? 'FOR UPDATE' : ''}`,
			[organizationId, toChange ? organizationId : SYSTEM_ORGANIZATION_ID, id],
		);
		return row === undefined ? undefined : recordOf(row, organizationId);
	}

	/** The own one about the same calls from the same moment on. Nobody else changes it until the end of the transaction. */
	async inPlace({ organizationId, transaction }: TenantScope, price: PriceInput): Promise<PriceRecord | undefined> {
		const [row] = await transaction.manager.query<Row[]>(
			`SELECT ${priceColumns} FROM prices WHERE organization_id = $1 AND valid_from = $2 AND (mark_up IS NULL) = $3
				AND (vendor, provider_id, model) IS NOT DISTINCT FROM ($4, $5::uuid, $6) FOR UPDATE`,
			[organizationId, price.validFrom, price.markUpBasisPoints === null, price.vendor, price.providerId, price.model],
		);
		return row === undefined ? undefined : recordOf(row, organizationId);
	}

	/** Whether calls of the organization can go to this provider. */
	async hasProvider({ organizationId, transaction }: TenantScope, id: string): Promise<boolean> {
		const rows = await transaction.manager.query<object[]>(
			'SELECT FROM providers WHERE id = $2 AND (organization_id = $1 OR (organization_id = $3 AND is_shared))',
			[organizationId, id, SYSTEM_ORGANIZATION_ID],
		);
		return rows.length > 0;
	}

	/** Returns its id. @throws AppError conflict `quota_reached`, or the violation of `prices_once` */
	async insert(scope: TenantScope, price: PriceInput): Promise<string> {
		await quota.take(scope);
		const row = {
			organizationId: scope.organizationId,
			id: newId(),
			vendor: storable(price.vendor),
			providerId: price.providerId,
			model: String(storable(price.model)),
			validFrom: price.validFrom,
			validUntil: price.validUntil,
			rates: price.rates,
			tiers: price.tiers,
			markUp: price.markUpBasisPoints,
			source: storable(price.source),
			createdBy: userIdOf(scope) ?? null,
		};
		await scope.transaction.manager.insert(PriceEntity, row);
		return row.id;
	}

	async update(
		{ organizationId, transaction }: TenantScope,
		id: string,
		{ validUntil, rates, tiers, markUpBasisPoints, source }: PriceChange,
	): Promise<void> {
		const isOther = rates !== undefined || tiers !== undefined || markUpBasisPoints !== undefined;
		await transaction.manager.update(
			PriceEntity,
			{ organizationId, id },
			{
				...(validUntil === undefined ? {} : { validUntil }),
				...(rates === undefined ? {} : { rates }),
				...(tiers === undefined ? {} : { tiers: [...tiers] }),
				...(markUpBasisPoints === undefined ? {} : { markUp: markUpBasisPoints }),
				...(source === undefined ? {} : { source: storable(source) }),
				...(isOther ? { revision: () => 'revision + 1' } : {}),
				updatedAt: () => 'now()',
			},
		);
	}

	async delete({ organizationId, transaction }: TenantScope, id: string): Promise<void> {
		await transaction.manager.delete(PriceEntity, { organizationId, id });
	}
}

/** As the organization sees a row. */
export function recordOf({ organizationId, revision: _, ...row }: Row, reader: string): PriceRecord {
	return { ...row, table: organizationId === reader ? 'own' : 'installation', readOn: null };
}

const priceRow = ({
	id,
	revision,
	validFrom,
	validUntil,
	rates,
	tiers,
	markUpBasisPoints,
	...place
}: Row): PriceRow => ({
	id: versionOf(id, revision),
	vendor: place.vendor,
	providerId: place.providerId,
	model: place.model,
	validFrom: validFrom.getTime(),
	validUntil: validUntil?.getTime() ?? null,
	says:
		rates === null
			? { markUp: markUpBasisPoints ?? 0 }
			: { rates: ratesOf(rates), tiers: tiers.map((tier) => ({ ...tier, rates: ratesOf(tier.rates) })) },
});
