import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The ledger's rows of an organization in a range within one UTC day, for whoever may see them. Planned once in a connection:
 * planning a statement over hundreds of partitions takes longer than most questions.
 */
const between = `CREATE FUNCTION usage_events_between(p_organization uuid, p_low timestamptz, p_high timestamptz)
	RETURNS SETOF usage_events LANGUAGE plpgsql STABLE ROWS 100
	SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_generic_plan AS $function$
	BEGIN
		RETURN QUERY SELECT * FROM usage_events WHERE organization_id = p_organization
			AND occurred_on = (p_low AT TIME ZONE 'UTC')::date AND occurred_at >= p_low AND occurred_at < p_high;
	END $function$`;

export class LedgerRanges1795840001000 implements MigrationInterface {
	name = 'LedgerRanges1795840001000';

	public async up(runner: QueryRunner): Promise<void> {
		await runner.query(between);
	}

	public async down(): Promise<void> {
		throw new Error('Migrations go forward only: restore a backup instead');
	}
}
