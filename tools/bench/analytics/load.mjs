// Calls of 90 days: 20 organizations with 100 keys each and 30 models, each picked with the frequencies of Zipf.
export const ORGANIZATIONS = 20;
const KEYS = 100;
const MODELS = 30;
const DAYS = 90;
const FIRST = 4096; // the first ids are the installation's own

const hex = (number, width) => number.toString(16).padStart(width, '0');
export const organizationAt = (n) => `00000000-0000-7000-8000-${hex(FIRST + n, 12)}`;

/** The ends of n shares of 1 that fall as 1/rank, as an array in SQL. */
function zipf(n) {
	const shares = Array.from({ length: n }, (_, rank) => 1 / (rank + 1));
	const all = shares.reduce((sum, share) => sum + share, 0);
	let end = 0;
	const ends = shares.slice(0, -1).map((share) => (end += share / all));
	return `{${ends.join(',')}}`;
}

const id = (kind, number) => `('00000000-0000-7000-${kind}-' || lpad(to_hex(${number}), 12, '0'))::uuid`;

export async function load(owner, events) {
	await owner.query(`INSERT INTO organizations (id, slug, name)
		SELECT ${id('8000', `${FIRST} + n`)}, 'bench-' || n, 'Bench ' || n FROM generate_series(1, ${ORGANIZATIONS}) n`);
	await owner.query('SELECT setseed(0.5)');
	await owner.query(`SELECT ensure_usage_partitions((now() AT TIME ZONE 'UTC')::date - ${DAYS}, ${DAYS})`);
	const each = Math.ceil(events / DAYS);
	for (let day = DAYS; day >= 1; day--) await owner.query(oneDay(Math.min(each, events - each * (DAYS - day))), [day]);
	await owner.query(`INSERT INTO usage_open_windows (organization_id, hour)
		SELECT DISTINCT organization_id, date_trunc('hour', occurred_at, 'UTC') FROM usage_events`);
}

const oneDay = (calls) => `
	INSERT INTO usage_events (occurred_on, event_id, organization_id, occurred_at, project_id, user_id, key_id, dialect, operation,
		provider_id, model, alias, status, error_code, usage_source, input_tokens, output_tokens, cost_nano_usd, first_token_ms, duration_ms)
	SELECT (at AT TIME ZONE 'UTC')::date, gen_random_uuid(), ${id('8000', `${FIRST} + organization`)}, at, ${id('8001', 'organization * 1000 + key % 5')},
		${id('8002', 'organization * 1000 + key / 2')}, ${id('8003', 'organization * 1000 + key')},
		(ARRAY['openai', 'openai', 'anthropic', 'ollama'])[1 + key % 4], 'chat', ${id('8004', 'model % 4')}, 'model-' || model, 'model-' || model,
		CASE WHEN luck < 0.97 THEN 'ok' WHEN luck < 0.99 THEN 'error' ELSE 'interrupted' END,
		CASE WHEN luck < 0.97 THEN NULL WHEN luck < 0.98 THEN 'upstream_error' WHEN luck < 0.99 THEN 'upstream_timeout' ELSE 'client_disconnected' END,
		'provider', (2000 * share)::integer, (500 * share)::integer, (1000000 * share)::bigint,
		(100 + 900 * share)::integer, (500 + 20000 * share * share)::integer
	FROM (
		SELECT 1 + width_bucket(random(), '${zipf(ORGANIZATIONS)}'::double precision[]) AS organization,
			1 + width_bucket(random(), '${zipf(KEYS)}'::double precision[]) AS key,
			1 + width_bucket(random(), '${zipf(MODELS)}'::double precision[]) AS model,
			random() AS luck, random() AS share,
			((now() AT TIME ZONE 'UTC')::date - $1::integer)::timestamp AT TIME ZONE 'UTC' + random() * interval '86399 seconds' AS at
		FROM generate_series(1, ${calls})
	) drawn`;
