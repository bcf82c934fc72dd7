import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { SYSTEM_ORGANIZATION_ID } from '#libs/kernel';
import type { PriceFilter, PriceRecord } from '../prices/price-record.js';
import { undated } from '../prices/price-set.js';
import { priceColumns, recordOf } from './prices.repository.js';

@Injectable()
export class PricePagesRepository {
	/** At most `limit` prices of the organization and of the installation after the one with the id `after`, newest first. */
	async page(
		{ organizationId, transaction }: TenantScope,
		{ table, model, vendor, day }: PriceFilter,
		after: string | undefined,
		limit: number,
	): Promise<PriceRecord[]> {
		const owners = [
			...(table === undefined || table === 'own' ? [organizationId] : []),
			...(table === undefined || table === 'installation' ? [SYSTEM_ORGANIZATION_ID] : []),
		];
		const rows = await transaction.manager.query<Parameters<typeof recordOf>[0][]>(
			`SELECT ${priceColumns} FROM prices p WHERE organization_id = ANY ($1) AND ($2::uuid IS NULL OR id < $2)
				AND ($3::text IS NULL OR vendor = $3)
				AND ($4::text IS NULL OR model IN ($4, $5) OR (right(model, 1) = '*' AND starts_with($4, left(model, -1))))
				AND ($6::timestamptz IS NULL OR (valid_from < $6 AND (valid_until IS NULL OR valid_until >= $6) AND NOT EXISTS (
					SELECT FROM prices n WHERE n.organization_id = p.organization_id AND n.model = p.model
						AND (n.vendor, n.provider_id, n.mark_up IS NULL) IS NOT DISTINCT FROM (p.vendor, p.provider_id, p.mark_up IS NULL)
						AND n.valid_from > p.valid_from AND n.valid_from < $6 AND (n.valid_until IS NULL OR n.valid_until >= $6))))
			ORDER BY id DESC LIMIT $7`,
			[owners, after ?? null, vendor ?? null, model ?? null, undated(model ?? ''), endOf(day), limit],
		);
		return rows.map((row) => recordOf(row, organizationId));
	}
}

const DAY_MS = 86_400_000;
const endOf = (day: string | undefined): Date | null => (day === undefined ? null : new Date(Date.parse(day) + DAY_MS));
