/**
 * The only code that crosses tenants. Fixed search path, owned by a role that cannot log in, executable by the named
 * roles and by nobody else; a test compares this list with the catalogue.
 */
interface Definer {
	readonly signature: string;
	readonly returns: string;
	readonly volatility?: 'STABLE' | 'VOLATILE';
	readonly callers: string;
	readonly body: string;
}

const permissionsOf = (organization: string, user: string, project: string): string => `
	ARRAY(SELECT DISTINCT p.permission FROM user_roles a
		JOIN role_permissions p ON p.organization_id = a.role_organization_id AND p.role_id = a.role_id
		WHERE a.organization_id = ${organization} AND a.user_id = ${user}
			AND (a.expires_at IS NULL OR a.expires_at > now())
			AND (a.project_id IS NULL OR a.project_id = ${project}))`;

const findApiKey: Definer = {
	signature: 'find_api_key(p_key_id text)',
	returns: `TABLE (organization_id uuid, id uuid, project_id uuid, user_id uuid, secret_hash bytea, pepper_kid text,
		scopes text[], expires_at timestamptz, revoked_at timestamptz, epoch integer, membership_epoch integer,
		is_active boolean, permissions text[])`,
	volatility: 'STABLE',
	callers: 'parallama_app',
	body: `BEGIN RETURN QUERY
		SELECT k.organization_id, k.id, k.project_id, k.user_id, k.secret_hash, k.pepper_kid, k.scopes, k.expires_at,
			k.revoked_at, k.epoch, m.epoch, u.status = 'active' AND m.status = 'active',
			${permissionsOf('k.organization_id', 'k.user_id', 'k.project_id')}
		FROM api_keys k
		JOIN memberships m ON m.organization_id = k.organization_id AND m.user_id = k.user_id
		JOIN users u ON u.id = k.user_id
		WHERE k.key_id = p_key_id; END`,
};

const findLogin: Definer = {
	signature: 'find_login(p_email text)',
	returns: `TABLE (id uuid, password_hash text, status text, last_organization_id uuid, organization_ids uuid[])`,
	volatility: 'STABLE',
	callers: 'parallama_app',
	body: `BEGIN RETURN QUERY
		SELECT u.id, u.password_hash, u.status, u.last_organization_id,
			ARRAY(SELECT m.organization_id FROM memberships m WHERE m.user_id = u.id AND m.status = 'active' ORDER BY m.created_at, m.id)
		FROM users u WHERE lower(u.email) = lower(p_email); END`,
};

const findRefreshToken: Definer = {
	signature: 'find_refresh_token(p_token_hash bytea)',
	returns: 'TABLE (id uuid, session_id uuid, user_id uuid, organization_id uuid)',
	volatility: 'STABLE',
	callers: 'parallama_app',
	body: `BEGIN RETURN QUERY
		SELECT t.id, t.session_id, t.user_id, s.organization_id
		FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id
		WHERE t.token_hash = p_token_hash; END`,
};

/** What an access token still stands for: one row while session, user and membership are good, else none. */
const findSession: Definer = {
	signature: 'find_session(p_session_id uuid, p_user_id uuid, p_organization_id uuid)',
	returns: `TABLE (project_id uuid, membership_epoch integer, permissions text[])`,
	volatility: 'STABLE',
	callers: 'parallama_app',
	body: `BEGIN RETURN QUERY
		SELECT d.id, m.epoch, ${permissionsOf('m.organization_id', 'm.user_id', 'd.id')}
		FROM sessions s
		JOIN users u ON u.id = s.user_id AND u.status = 'active'
		JOIN memberships m ON m.organization_id = p_organization_id AND m.user_id = s.user_id AND m.status = 'active'
		LEFT JOIN projects d ON d.organization_id = m.organization_id AND d.is_default
		WHERE s.id = p_session_id AND s.user_id = p_user_id AND s.organization_id = p_organization_id
			AND s.revoked_at IS NULL AND s.expires_at > now(); END`,
};

/** Of all organizations: whether an account is one organization's alone. */
const countMemberships: Definer = {
	signature: 'count_memberships(p_user_id uuid)',
	returns: 'integer',
	volatility: 'STABLE',
	callers: 'parallama_app',
	body: `BEGIN RETURN (SELECT count(*) FROM memberships m WHERE m.user_id = p_user_id); END`,
};

const ensurePartitions: Definer = {
	signature: 'ensure_usage_partitions(p_from date, p_days integer)',
	returns: 'integer',
	callers: 'parallama_worker, parallama_app',
	body: `DECLARE d date; made integer := 0;
	BEGIN
		IF p_days NOT BETWEEN 1 AND 400 THEN RAISE EXCEPTION 'days out of range'; END IF;
		FOR d IN SELECT p_from + n FROM generate_series(0, p_days - 1) n LOOP
			IF to_regclass(format('public.%I', 'usage_events_' || to_char(d, 'YYYYMMDD'))) IS NULL THEN
				PERFORM pg_advisory_xact_lock(hashtext('usage_events_partitions'));
				EXECUTE format('CREATE TABLE IF NOT EXISTS public.%I PARTITION OF public.usage_events FOR VALUES FROM (%L) TO (%L)',
					'usage_events_' || to_char(d, 'YYYYMMDD'), d, d + 1);
				made := made + 1;
			END IF;
		END LOOP;
		RETURN made;
	END`,
};

const columns = [
	['occurred_on', 'date'],
	['event_id', 'uuid'],
	['organization_id', 'uuid'],
	['occurred_at', 'timestamptz'],
	['project_id', 'uuid'],
	['user_id', 'uuid'],
	['key_id', 'uuid'],
	['dialect', 'text'],
	['operation', 'text'],
	['provider_id', 'uuid'],
	['model', 'text'],
	['alias', 'text'],
	['status', 'text'],
	['error_code', 'text'],
	['usage_source', 'text'],
	['is_estimated', 'boolean'],
	['is_streamed', 'boolean'],
	['input_tokens', 'bigint'],
	['cache_read_tokens', 'bigint'],
	['cache_write_tokens', 'bigint'],
	['output_tokens', 'bigint'],
	['reasoning_tokens', 'bigint'],
	['cost_nano_usd', 'bigint'],
	['input_cost_nano_usd', 'bigint'],
	['cache_read_cost_nano_usd', 'bigint'],
	['cache_write_cost_nano_usd', 'bigint'],
	['output_cost_nano_usd', 'bigint'],
	['reasoning_cost_nano_usd', 'bigint'],
	['price_version', 'text'],
	['attempts', 'integer'],
	['first_token_ms', 'integer'],
	['duration_ms', 'integer'],
	['request_id', 'text'],
] as const;
const names = columns.map(([name]) => name).join(', ');
const record = columns.map(([name, type]) => `${name} ${type}`).join(', ');
const differing = columns.flatMap(([name]) => (/_tokens$|_nano_usd$/.test(name) ? [name] : []));

/**
 * Appends calls once: a second copy of a call changes nothing, except that an exact copy after an estimate adds one
 * `correction` with the difference. Marks the touched hours as open. Returns how many rows were new.
 */
const appendUsage: Definer = {
	signature: 'append_usage(p_events json)',
	returns: 'integer',
	callers: 'parallama_app, parallama_worker',
	body: `DECLARE appended integer; offered integer := json_array_length(p_events);
	BEGIN
		BEGIN
			INSERT INTO usage_events (${names}) SELECT ${names} FROM json_to_recordset(p_events) AS x(${record}) ON CONFLICT DO NOTHING;
		EXCEPTION WHEN check_violation THEN -- a day without a partition
			PERFORM ensure_usage_partitions(d.occurred_on, 1) FROM (SELECT DISTINCT occurred_on FROM json_to_recordset(p_events) AS x(occurred_on date)) d;
			INSERT INTO usage_events (${names}) SELECT ${names} FROM json_to_recordset(p_events) AS x(${record}) ON CONFLICT DO NOTHING;
		END;
		GET DIAGNOSTICS appended = ROW_COUNT;
		IF appended < offered THEN
			INSERT INTO usage_events (kind, ${names})
			SELECT 'correction', ${columns
				.map(([name]) => (differing.includes(name) ? `x.${name} - e.${name}` : `x.${name}`))
				.join(', ')}
			FROM json_to_recordset(p_events) AS x(${record})
			JOIN usage_events e ON e.occurred_on = x.occurred_on AND e.event_id = x.event_id AND e.kind = 'call'
				AND e.organization_id = x.organization_id AND e.is_estimated AND NOT x.is_estimated
			ON CONFLICT DO NOTHING;
		END IF;
		-- DO UPDATE, not DO NOTHING: the row lock makes a running rollup of that hour wait for this transaction, or this for it
		INSERT INTO usage_open_windows (organization_id, hour)
		SELECT DISTINCT organization_id, date_trunc('hour', occurred_at, 'UTC')
		FROM json_to_recordset(p_events) AS x(organization_id uuid, occurred_at timestamptz) ORDER BY 1, 2
		ON CONFLICT (organization_id, hour) DO UPDATE SET version = usage_open_windows.version + 1;
		RETURN appended;
	END`,
};

/** Due rows, each handed out to one caller and not again for \`p_visibility\`. A row stays until its job has finished. */
const claimOutbox: Definer = {
	signature: 'claim_outbox(p_limit integer, p_visibility interval)',
	returns:
		'TABLE (organization_id uuid, id uuid, job text, version integer, payload jsonb, request_id text, deliveries integer)',
	callers: 'parallama_worker',
	body: `BEGIN RETURN QUERY
		UPDATE outbox o SET deliver_at = now() + p_visibility, deliveries = o.deliveries + 1, updated_at = now()
		FROM (SELECT c.organization_id, c.id FROM outbox c WHERE c.status = 'pending' AND c.deliver_at <= now()
			ORDER BY c.deliver_at LIMIT p_limit FOR UPDATE SKIP LOCKED) due
		WHERE o.organization_id = due.organization_id AND o.id = due.id
		RETURNING o.organization_id, o.id, o.job, o.version, o.payload, o.request_id, o.deliveries; END`,
};

const definers: readonly Definer[] = [
	findApiKey,
	findLogin,
	findRefreshToken,
	findSession,
	countMemberships,
	ensurePartitions,
	appendUsage,
	claimOutbox,
];

const nameOf = (signature: string): string => signature.slice(0, signature.indexOf('('));
const typesOf = (signature: string): string =>
	signature.replace(
		/\((.*)\)/,
		(_, list: string) =>
			`(${list
				.split(', ')
				.map((p) => p.split(' ')[1])
				.join(', ')})`,
	);

export const definerFunctions: readonly string[] = [
	...definers.flatMap(({ signature, returns, volatility = 'VOLATILE', callers, body }) => [
		`CREATE FUNCTION ${signature} RETURNS ${returns} LANGUAGE plpgsql ${volatility} SECURITY DEFINER
			SET search_path = pg_catalog, public, pg_temp AS $function$ #variable_conflict use_column
			${body} $function$`,
		`ALTER FUNCTION ${typesOf(signature)} OWNER TO parallama_definer`,
		`REVOKE ALL ON FUNCTION ${typesOf(signature)} FROM PUBLIC`,
		`GRANT EXECUTE ON FUNCTION ${typesOf(signature)} TO ${callers}`,
	]),
	`SELECT ensure_usage_partitions((now() AT TIME ZONE 'UTC')::date - 1, 9)`,
	// wakes the relays; a lost notification costs one poll interval
	`CREATE FUNCTION notify_outbox() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
		AS $function$ BEGIN PERFORM pg_notify('outbox', ''); RETURN NULL; END $function$`,
	'CREATE TRIGGER outbox_notify AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION notify_outbox()',
];

/** For the catalogue test. */
export const definerNames: readonly string[] = definers.map(({ signature }) => nameOf(signature));
