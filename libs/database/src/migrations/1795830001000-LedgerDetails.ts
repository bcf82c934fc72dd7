import type { MigrationInterface, QueryRunner } from 'typeorm';
import { definerFunction } from './statements.js';

/** Frozen: the columns of a row as it is offered. `kind` is `call` unless it says otherwise. */
const columns = {
	occurred_on: 'date',
	event_id: 'uuid',
	organization_id: 'uuid',
	occurred_at: 'timestamptz',
	project_id: 'uuid',
	user_id: 'uuid',
	key_id: 'uuid',
	dialect: 'text',
	operation: 'text',
	provider_id: 'uuid',
	model: 'text',
	alias: 'text',
	status: 'text',
	error_code: 'text',
	usage_source: 'text',
	is_estimated: 'boolean',
	is_streamed: 'boolean',
	input_tokens: 'bigint',
	cache_read_tokens: 'bigint',
	cache_write_tokens: 'bigint',
	output_tokens: 'bigint',
	reasoning_tokens: 'bigint',
	cost_nano_usd: 'bigint',
	input_cost_nano_usd: 'bigint',
	cache_read_cost_nano_usd: 'bigint',
	cache_write_cost_nano_usd: 'bigint',
	output_cost_nano_usd: 'bigint',
	reasoning_cost_nano_usd: 'bigint',
	price_version: 'text',
	attempts: 'integer',
	first_token_ms: 'integer',
	duration_ms: 'integer',
	request_id: 'text',
	vendor: 'text',
	upstream_ms: 'integer',
	delivered_tokens: 'integer',
	details: 'jsonb',
	corrects: 'uuid',
} as const;
const names = Object.keys(columns);
const list = names.join(', ');
const offered = (extra: string): string =>
	`json_to_recordset(p_events) AS x(${Object.entries(columns)
		.map(([name, type]) => `${name} ${type}`)
		.join(', ')}${extra})`;
const insert = `INSERT INTO usage_events (kind, ${list}) SELECT coalesce(kind, 'call'), ${list} FROM ${offered(', kind text')}
	ON CONFLICT DO NOTHING`;
const difference = names
	.map((name) =>
		/_tokens$|_nano_usd$/.test(name) && name !== 'delivered_tokens' ? `x.${name} - e.${name}` : `x.${name}`,
	)
	.join(', ');

const statements = [
	`ALTER TABLE usage_events
		ADD COLUMN vendor text,
		ADD COLUMN upstream_ms integer,
		ADD COLUMN delivered_tokens integer,
		ADD COLUMN details jsonb,
		ADD COLUMN corrects uuid`,
	'CREATE INDEX usage_events_corrects ON usage_events (organization_id, corrects) WHERE corrects IS NOT NULL',
	// As before, and a row can be a correction: of the call that it names in \`corrects\`, with an id of its own.
	...definerFunction({
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
				FROM ${offered(', kind text')}
				JOIN usage_events e ON e.occurred_on = x.occurred_on AND e.event_id = x.event_id AND e.kind = 'call'
					AND e.organization_id = x.organization_id AND e.is_estimated AND NOT x.is_estimated
				WHERE coalesce(x.kind, 'call') = 'call'
				ON CONFLICT DO NOTHING;
			END IF;
			-- DO UPDATE, not DO NOTHING: the row lock makes a running rollup of that hour wait for this transaction, or this for it
			INSERT INTO usage_open_windows (organization_id, hour)
			SELECT DISTINCT organization_id, date_trunc('hour', occurred_at, 'UTC')
			FROM json_to_recordset(p_events) AS x(organization_id uuid, occurred_at timestamptz) ORDER BY 1, 2
			ON CONFLICT (organization_id, hour) DO UPDATE SET version = usage_open_windows.version + 1;
			RETURN appended;
		END`,
	}).map((statement) => statement.replace('CREATE FUNCTION', 'CREATE OR REPLACE FUNCTION')),
	...definerFunction({
		signature: 'drop_usage_partition(p_before date)',
		returns: 'text',
		callers: 'parallama_worker',
		body: `DECLARE oldest record;
		BEGIN
			IF p_before > (now() AT TIME ZONE 'UTC')::date - 30 THEN RAISE EXCEPTION 'too young to be dropped'; END IF;
			SELECT c.relname AS name, to_date(right(c.relname, 8), 'YYYYMMDD') AS day INTO oldest
			FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
			WHERE i.inhparent = 'public.usage_events'::regclass AND c.relname ~ '^usage_events_[0-9]{8}$' ORDER BY 1 LIMIT 1;
			IF oldest.name IS NULL OR oldest.day >= p_before THEN RETURN NULL; END IF;
			-- its sums are all that is left: they have to be made first
			IF EXISTS (SELECT FROM usage_open_windows w WHERE w.hour >= oldest.day::timestamp AT TIME ZONE 'UTC'
				AND w.hour < (oldest.day + 1)::timestamp AT TIME ZONE 'UTC') THEN RETURN NULL; END IF;
			PERFORM set_config('lock_timeout', '2s', true);
			EXECUTE format('DROP TABLE public.%I', oldest.name);
			RETURN oldest.name;
		END`,
	}),
];

/** What a row needs to be charged anew, what is known of its attempts, and the end of days that are too old. */
export class LedgerDetails1795830001000 implements MigrationInterface {
	name = 'LedgerDetails1795830001000';

	public async up(runner: QueryRunner): Promise<void> {
		for (const statement of statements) await runner.query(statement);
	}

	public async down(): Promise<void> {
		throw new Error('Migrations go forward only: restore a backup instead');
	}
}
