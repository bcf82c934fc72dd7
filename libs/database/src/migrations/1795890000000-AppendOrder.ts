import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ledgerColumns } from './1795840000000-Rollups.js';
import { definerFunction } from './statements.js';

const names = Object.keys(ledgerColumns);
const list = names.join(', ');
const offered = `json_to_recordset(p_events) AS x(${Object.entries(ledgerColumns)
	.map(([name, type]) => `${name} ${type}`)
	.join(', ')}, kind text)`;
// the order of their key, in which every caller takes its locks: two that offer the same rows do not wait for each other
const insert = `INSERT INTO usage_events (kind, ${list}) SELECT coalesce(kind, 'call'), ${list} FROM ${offered}
	ORDER BY occurred_on, event_id, 1 ON CONFLICT DO NOTHING`;
const difference = names
	.map((name) =>
		/_tokens$|_nano_usd$/.test(name) && name !== 'delivered_tokens' ? `x.${name} - e.${name}` : `x.${name}`,
	)
	.join(', ');
const touched = (unit: string, extra = ''): string =>
	`SELECT DISTINCT organization_id, date_trunc('${unit}', occurred_at, 'UTC')
	FROM json_to_recordset(p_events) AS x(organization_id uuid, occurred_at timestamptz)${extra} ORDER BY 1, 2`;

const append = definerFunction({
	signature: 'append_usage(p_events json)',
	returns: 'integer',
	callers: 'parallama_app, parallama_worker',
	body: `DECLARE appended integer; offered integer := json_array_length(p_events);
	BEGIN
		BEGIN
			${insert};
		EXCEPTION WHEN check_violation THEN -- a day without a partition
			PERFORM ensure_usage_partitions(d.occurred_on, 1) FROM (SELECT DISTINCT occurred_on FROM json_to_recordset(p_events) AS x(occurred_on date)) d;
			${insert};
		END;
		GET DIAGNOSTICS appended = ROW_COUNT;
		IF appended < offered THEN
			INSERT INTO usage_events (kind, ${list})
			SELECT 'correction', ${difference}
			FROM ${offered}
			JOIN usage_events e ON e.occurred_on = x.occurred_on AND e.event_id = x.event_id AND e.kind = 'call'
				AND e.organization_id = x.organization_id AND e.is_estimated AND NOT x.is_estimated
			WHERE coalesce(x.kind, 'call') = 'call'
			ORDER BY x.occurred_on, x.event_id
			ON CONFLICT DO NOTHING;
		END IF;
		-- DO UPDATE, not DO NOTHING: the row lock makes a running rollup of that window wait for this transaction, or this for it
		INSERT INTO usage_open_windows (organization_id, hour) ${touched('hour')}
		ON CONFLICT (organization_id, hour) DO UPDATE SET version = usage_open_windows.version + 1;
		INSERT INTO usage_open_minutes (organization_id, minute) ${touched('minute', ` WHERE occurred_at > now() - interval '48 hours'`)}
		ON CONFLICT (organization_id, minute) DO UPDATE SET version = usage_open_minutes.version + 1;
		RETURN appended;
	END`,
}).map((statement) => statement.replace('CREATE FUNCTION', 'CREATE OR REPLACE FUNCTION'));

/** Rows enter the ledger in one order, whoever brings them and however often. */
export class AppendOrder1795890000000 implements MigrationInterface {
	name = 'AppendOrder1795890000000';

	public async up(runner: QueryRunner): Promise<void> {
		for (const statement of append) await runner.query(statement);
	}

	public async down(): Promise<void> {
		throw new Error('Migrations go forward only: restore a backup instead');
	}
}
