import type { MigrationInterface, QueryRunner } from 'typeorm';
import { crossed, definerFunction, isolated } from './statements.js';

const dimensions = `
	project_id uuid,
	user_id uuid,
	key_id uuid,
	dialect text NOT NULL,
	operation text NOT NULL,
	provider_id uuid,
	model text NOT NULL,
	alias text NOT NULL,
	status text NOT NULL`;

/** The histograms are arrays of \`bucket << 40 | calls\`, by rising bucket; absent without any call. */
const measures = `
	calls bigint NOT NULL,
	input_tokens bigint NOT NULL DEFAULT 0,
	cache_read_tokens bigint NOT NULL DEFAULT 0,
	cache_write_tokens bigint NOT NULL DEFAULT 0,
	output_tokens bigint NOT NULL DEFAULT 0,
	reasoning_tokens bigint NOT NULL DEFAULT 0,
	cost_nano_usd bigint NOT NULL DEFAULT 0,
	duration_ms bigint NOT NULL DEFAULT 0,
	latency bigint[],
	first_token bigint[]`;

const rollup = (table: string, column: string): string[] => [
	`CREATE TABLE ${table} (
		organization_id uuid NOT NULL,
		${column} timestamptz NOT NULL,
		${dimensions},
		error_code text,
		${measures}
	)`,
	`CREATE INDEX ${table}_window ON ${table} (organization_id, ${column})`,
	...isolated({ table, app: 'SELECT', worker: 'SELECT, INSERT, DELETE' }),
];

const tables = [
	`ALTER TABLE usage_rollups_hourly ADD COLUMN error_code text, ADD COLUMN latency bigint[], ADD COLUMN first_token bigint[]`,
	// rows are made by GROUP BY, and replaced as a whole under a lock: an index over eleven columns only made them slow
	'CREATE INDEX usage_rollups_hourly_window ON usage_rollups_hourly (organization_id, hour)',
	'DROP INDEX usage_rollups_hourly_key',
	...rollup('usage_rollups_minutely', 'minute'),
	...rollup('usage_rollups_daily', 'day'),
	'CREATE INDEX usage_rollups_daily_user ON usage_rollups_daily (organization_id, user_id, day)',
	// whether a day was summed up: then its partition is gone for good
	...crossed('usage_rollups_daily', 'SELECT'),
	'CREATE INDEX usage_rollups_daily_day ON usage_rollups_daily (day)',
	// Fewer dimensions, fewer rows: what most questions read. A dimension that a cut does not have is null or empty.
	`CREATE TABLE usage_summaries (
		organization_id uuid NOT NULL,
		grain text NOT NULL CHECK (grain IN ('hour', 'day')),
		cut text NOT NULL CHECK (cut IN ('total', 'callers', 'models')),
		starts_at timestamptz NOT NULL,
		${dimensions.replaceAll(' NOT NULL', " NOT NULL DEFAULT ''")},
		error_code text,
		${measures}
	)`,
	'CREATE INDEX usage_summaries_window ON usage_summaries (organization_id, grain, cut, starts_at)',
	...isolated({ table: 'usage_summaries', app: 'SELECT', worker: 'SELECT, INSERT, DELETE' }),
	`CREATE TABLE usage_open_minutes (
		organization_id uuid NOT NULL,
		minute timestamptz NOT NULL,
		version bigint NOT NULL DEFAULT 0,
		PRIMARY KEY (organization_id, minute)
	)`,
	...isolated({
		table: 'usage_open_minutes',
		app: 'SELECT',
		worker: 'SELECT, INSERT, UPDATE, DELETE',
		definer: 'SELECT, INSERT, UPDATE',
	}),
];

const plain = 'SET search_path = pg_catalog, public, pg_temp';
const histograms = [
	// Eight buckets for each doubling: bucket b holds more than 2^((b-1)/8) and at most 2^(b/8) ms, bucket 0 up to one.
	`CREATE FUNCTION histogram_of(p_ms integer) RETURNS bigint[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ${plain} AS $function$
		SELECT ARRAY[(ceil(8 * ln(greatest(p_ms, 1)::double precision) / ln(2::double precision) - 1e-9)::bigint << 40) + 1] $function$`,
	`CREATE FUNCTION merge_histograms(p_sum bigint[], p_other bigint[]) RETURNS bigint[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE ${plain} AS $function$
		DECLARE entry bigint; at integer;
		BEGIN
			IF p_other IS NULL THEN RETURN p_sum; END IF;
			IF p_sum IS NULL THEN RETURN p_other; END IF;
			FOREACH entry IN ARRAY p_other LOOP
				at := width_bucket(entry | 1099511627775, p_sum); -- the last one of this bucket or before
				IF at > 0 AND p_sum[at] >> 40 = entry >> 40 THEN p_sum[at] := p_sum[at] + (entry & 1099511627775);
				ELSE p_sum := p_sum[1:at] || entry || p_sum[at + 1:];
				END IF;
			END LOOP;
			RETURN p_sum;
		END $function$`,
	'CREATE AGGREGATE sum_of_histograms(bigint[]) (SFUNC = merge_histograms, STYPE = bigint[], COMBINEFUNC = merge_histograms, PARALLEL = SAFE)',
];

/** Frozen: the columns of a row as it is offered. \`kind\` is \`call\` unless it says otherwise. */
export const ledgerColumns = {
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
const names = Object.keys(ledgerColumns);
const list = names.join(', ');
const offered = (extra: string): string =>
	`json_to_recordset(p_events) AS x(${Object.entries(ledgerColumns)
		.map(([name, type]) => `${name} ${type}`)
		.join(', ')}${extra})`;
const insert = `INSERT INTO usage_events (kind, ${list}) SELECT coalesce(kind, 'call'), ${list} FROM ${offered(', kind text')}
	ON CONFLICT DO NOTHING`;
const difference = names
	.map((name) =>
		/_tokens$|_nano_usd$/.test(name) && name !== 'delivered_tokens' ? `x.${name} - e.${name}` : `x.${name}`,
	)
	.join(', ');
const touched = (
	unit: string,
	extra = '',
): string => `SELECT DISTINCT organization_id, date_trunc('${unit}', occurred_at, 'UTC')
	FROM json_to_recordset(p_events) AS x(organization_id uuid, occurred_at timestamptz)${extra} ORDER BY 1, 2`;

const functions = [
	...definerFunction({
		signature: 'ensure_usage_partitions(p_from date, p_days integer)',
		returns: 'integer',
		callers: 'parallama_worker, parallama_app',
		body: `DECLARE d date; made integer := 0;
		BEGIN
			IF p_days NOT BETWEEN 1 AND 400 THEN RAISE EXCEPTION 'days out of range'; END IF;
			FOR d IN SELECT p_from + n FROM generate_series(0, p_days - 1) n LOOP
				IF to_regclass(format('public.%I', 'usage_events_' || to_char(d, 'YYYYMMDD'))) IS NULL THEN
					-- a day with sums and no partition was dropped: its sums are all there is, and a late row would replace them
					IF EXISTS (SELECT FROM usage_rollups_daily WHERE day = d::timestamp AT TIME ZONE 'UTC') THEN
						RAISE EXCEPTION 'the ledger of % was dropped', d USING ERRCODE = 'datetime_field_overflow';
					END IF;
					PERFORM pg_advisory_xact_lock(hashtext('usage_events_partitions'));
					EXECUTE format('CREATE TABLE IF NOT EXISTS public.%I PARTITION OF public.usage_events FOR VALUES FROM (%L) TO (%L)',
						'usage_events_' || to_char(d, 'YYYYMMDD'), d, d + 1);
					made := made + 1;
				END IF;
			END LOOP;
			RETURN made;
		END`,
	}),
	// As before, and minutes of the last two days are marked too.
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
			-- DO UPDATE, not DO NOTHING: the row lock makes a running rollup of that window wait for this transaction, or this for it
			INSERT INTO usage_open_windows (organization_id, hour) ${touched('hour')}
			ON CONFLICT (organization_id, hour) DO UPDATE SET version = usage_open_windows.version + 1;
			INSERT INTO usage_open_minutes (organization_id, minute) ${touched('minute', ` WHERE occurred_at > now() - interval '48 hours'`)}
			ON CONFLICT (organization_id, minute) DO UPDATE SET version = usage_open_minutes.version + 1;
			RETURN appended;
		END`,
	}),
].map((statement) => statement.replace('CREATE FUNCTION', 'CREATE OR REPLACE FUNCTION'));

const summed =
	'input_tokens cache_read_tokens cache_write_tokens output_tokens reasoning_tokens cost_nano_usd duration_ms'
		.split(' ')
		.map((name) => `sum(${name}) AS ${name}`)
		.join(', ');
const all = 'project_id, user_id, key_id, dialect, operation, provider_id, model, alias, status';
const sums =
	'input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens, cost_nano_usd, duration_ms';
const cuts = {
	total: 'dialect, status',
	callers: 'project_id, user_id, key_id, status',
	models: 'dialect, operation, provider_id, model, alias, status',
};

/** What was summed up by hours only. The worker makes the sums of every day that the ledger still has again, with all there is now. */
const filling = [
	`INSERT INTO usage_rollups_daily (organization_id, day, ${all}, calls, ${sums})
	SELECT organization_id, date_trunc('day', hour, 'UTC'), ${all}, sum(calls), ${summed} FROM usage_rollups_hourly GROUP BY 1, 2, ${all}`,
	...Object.entries(cuts).flatMap(([cut, by]) =>
		['hour', 'day'].map(
			(grain) => `INSERT INTO usage_summaries (organization_id, grain, cut, starts_at, ${by}, calls, ${sums})
			SELECT organization_id, '${grain}', '${cut}', date_trunc('${grain}', hour, 'UTC'), ${by}, sum(calls), ${summed}
			FROM usage_rollups_hourly GROUP BY organization_id, date_trunc('${grain}', hour, 'UTC'), ${by}`,
		),
	),
	`INSERT INTO usage_open_windows (organization_id, hour)
	SELECT DISTINCT organization_id, date_trunc('hour', occurred_at, 'UTC') FROM usage_events ON CONFLICT DO NOTHING`,
	`INSERT INTO usage_open_minutes (organization_id, minute)
	SELECT DISTINCT organization_id, date_trunc('minute', occurred_at, 'UTC') FROM usage_events
	WHERE occurred_at > now() - interval '49 hours' AND occurred_on >= (now() AT TIME ZONE 'UTC')::date - 3`,
];

/** Sums by minute and by day beside those by hour, with histograms of latency; and summaries with fewer dimensions. */
export class Rollups1795840000000 implements MigrationInterface {
	name = 'Rollups1795840000000';

	public async up(runner: QueryRunner): Promise<void> {
		for (const statement of [...tables, ...histograms, ...functions, ...filling]) await runner.query(statement);
	}

	public async down(): Promise<void> {
		throw new Error('Migrations go forward only: restore a backup instead');
	}
}
