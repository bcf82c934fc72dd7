const stamps = `created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now()`;

const tenancy = [
	`CREATE TABLE organizations (
		id uuid PRIMARY KEY,
		slug text NOT NULL UNIQUE,
		name text NOT NULL,
		${stamps}
	)`,
	`CREATE TABLE projects (
		organization_id uuid NOT NULL REFERENCES organizations (id),
		id uuid NOT NULL,
		name text NOT NULL,
		is_default boolean NOT NULL DEFAULT false,
		${stamps},
		PRIMARY KEY (organization_id, id)
	)`,
	'CREATE UNIQUE INDEX projects_one_default ON projects (organization_id) WHERE is_default',
	'CREATE UNIQUE INDEX projects_name ON projects (organization_id, lower(name))',
	`CREATE TABLE users (
		id uuid PRIMARY KEY,
		email text NOT NULL,
		name text NOT NULL,
		password_hash text,
		status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
		last_organization_id uuid REFERENCES organizations (id),
		${stamps}
	)`,
	'CREATE UNIQUE INDEX users_email ON users (lower(email))',
	`CREATE TABLE memberships (
		organization_id uuid NOT NULL REFERENCES organizations (id),
		id uuid NOT NULL,
		user_id uuid NOT NULL REFERENCES users (id),
		status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
		epoch integer NOT NULL DEFAULT 0,
		${stamps},
		PRIMARY KEY (organization_id, id),
		UNIQUE (organization_id, user_id)
	)`,
	'CREATE INDEX memberships_user ON memberships (user_id)',
];

const access = [
	`CREATE TABLE roles (
		organization_id uuid NOT NULL REFERENCES organizations (id),
		id uuid NOT NULL,
		name text NOT NULL,
		description text NOT NULL,
		is_shared boolean NOT NULL DEFAULT false,
		${stamps},
		PRIMARY KEY (organization_id, id),
		UNIQUE (organization_id, name)
	)`,
	`CREATE TABLE role_permissions (
		organization_id uuid NOT NULL,
		role_id uuid NOT NULL,
		permission text NOT NULL,
		PRIMARY KEY (organization_id, role_id, permission),
		FOREIGN KEY (organization_id, role_id) REFERENCES roles (organization_id, id)
	)`,
	// A role of the system organization may be assigned in any organization: hence the role's own organization.
	`CREATE TABLE user_roles (
		organization_id uuid NOT NULL,
		id uuid NOT NULL,
		user_id uuid NOT NULL,
		role_organization_id uuid NOT NULL,
		role_id uuid NOT NULL,
		project_id uuid,
		expires_at timestamptz,
		${stamps},
		PRIMARY KEY (organization_id, id),
		FOREIGN KEY (organization_id, user_id) REFERENCES memberships (organization_id, user_id),
		FOREIGN KEY (organization_id, project_id) REFERENCES projects (organization_id, id),
		FOREIGN KEY (role_organization_id, role_id) REFERENCES roles (organization_id, id),
		CHECK (role_organization_id IN (organization_id, '00000000-0000-7000-8000-000000000001'))
	)`,
	`CREATE UNIQUE INDEX user_roles_once ON user_roles (organization_id, user_id, role_id, project_id) NULLS NOT DISTINCT`,
	`CREATE TABLE api_keys (
		organization_id uuid NOT NULL,
		id uuid NOT NULL,
		project_id uuid NOT NULL,
		user_id uuid NOT NULL,
		key_id text NOT NULL UNIQUE CHECK (key_id ~ '^[0-9A-Za-z]{12}$'),
		secret_hash bytea NOT NULL,
		pepper_kid text NOT NULL,
		name text NOT NULL,
		scopes text[],
		epoch integer NOT NULL DEFAULT 0,
		expires_at timestamptz,
		revoked_at timestamptz,
		${stamps},
		PRIMARY KEY (organization_id, id),
		FOREIGN KEY (organization_id, project_id) REFERENCES projects (organization_id, id),
		FOREIGN KEY (organization_id, user_id) REFERENCES memberships (organization_id, user_id)
	)`,
];

const sessions = [
	`CREATE TABLE sessions (
		organization_id uuid NOT NULL,
		id uuid PRIMARY KEY,
		user_id uuid NOT NULL REFERENCES users (id),
		user_agent text,
		ip text,
		last_used_at timestamptz NOT NULL DEFAULT now(),
		expires_at timestamptz NOT NULL,
		revoked_at timestamptz,
		revoked_reason text,
		${stamps},
		FOREIGN KEY (organization_id, user_id) REFERENCES memberships (organization_id, user_id)
	)`,
	'CREATE INDEX sessions_user ON sessions (user_id)',
	`CREATE TABLE refresh_tokens (
		organization_id uuid NOT NULL,
		id uuid PRIMARY KEY,
		user_id uuid NOT NULL REFERENCES users (id),
		session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
		token_hash bytea NOT NULL UNIQUE,
		expires_at timestamptz NOT NULL,
		used_at timestamptz,
		successor_sealed text,
		${stamps}
	)`,
	'CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id)',
];

const providers = [
	`CREATE TABLE providers (
		organization_id uuid NOT NULL REFERENCES organizations (id),
		id uuid NOT NULL,
		name text NOT NULL,
		kind text NOT NULL CHECK (kind IN ('ollama', 'openai', 'openai-compatible', 'anthropic', 'echo')),
		base_url text NOT NULL,
		is_enabled boolean NOT NULL DEFAULT true,
		is_shared boolean NOT NULL DEFAULT false,
		${stamps},
		PRIMARY KEY (organization_id, id),
		UNIQUE (organization_id, name)
	)`,
	`CREATE TABLE provider_credentials (
		organization_id uuid NOT NULL,
		id uuid NOT NULL,
		provider_id uuid NOT NULL,
		secret_sealed text NOT NULL,
		last4 text NOT NULL,
		${stamps},
		PRIMARY KEY (organization_id, id),
		FOREIGN KEY (organization_id, provider_id) REFERENCES providers (organization_id, id) ON DELETE CASCADE
	)`,
];

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

const measures = `
	input_tokens bigint NOT NULL DEFAULT 0,
	cache_read_tokens bigint NOT NULL DEFAULT 0,
	cache_write_tokens bigint NOT NULL DEFAULT 0,
	output_tokens bigint NOT NULL DEFAULT 0,
	reasoning_tokens bigint NOT NULL DEFAULT 0,
	cost_nano_usd bigint NOT NULL DEFAULT 0`;

const ledger = [
	`CREATE TABLE usage_events (
		occurred_on date NOT NULL,
		event_id uuid NOT NULL,
		kind text NOT NULL DEFAULT 'call' CHECK (kind IN ('call', 'correction')),
		organization_id uuid NOT NULL,
		occurred_at timestamptz NOT NULL,
		${dimensions},
		error_code text,
		usage_source text NOT NULL CHECK (usage_source IN ('provider', 'provider_partial', 'estimated', 'none')),
		is_estimated boolean NOT NULL DEFAULT false,
		is_streamed boolean NOT NULL DEFAULT false,
		${measures},
		input_cost_nano_usd bigint NOT NULL DEFAULT 0,
		cache_read_cost_nano_usd bigint NOT NULL DEFAULT 0,
		cache_write_cost_nano_usd bigint NOT NULL DEFAULT 0,
		output_cost_nano_usd bigint NOT NULL DEFAULT 0,
		reasoning_cost_nano_usd bigint NOT NULL DEFAULT 0,
		price_version text,
		attempts integer NOT NULL DEFAULT 1,
		first_token_ms integer,
		duration_ms integer,
		request_id text,
		recorded_at timestamptz NOT NULL DEFAULT now(),
		PRIMARY KEY (occurred_on, event_id, kind)
	) PARTITION BY RANGE (occurred_on)`,
	'CREATE INDEX usage_events_organization ON usage_events (organization_id, occurred_at)',
	`CREATE TABLE usage_rollups_hourly (
		organization_id uuid NOT NULL,
		hour timestamptz NOT NULL,
		${dimensions},
		calls bigint NOT NULL,
		${measures},
		duration_ms bigint NOT NULL DEFAULT 0
	)`,
	`CREATE UNIQUE INDEX usage_rollups_hourly_key ON usage_rollups_hourly
		(organization_id, hour, project_id, user_id, key_id, dialect, operation, provider_id, model, alias, status) NULLS NOT DISTINCT`,
	// An hour that the ledger changed since it was last rolled up. Reports read such hours from the ledger.
	`CREATE TABLE usage_open_windows (
		organization_id uuid NOT NULL,
		hour timestamptz NOT NULL,
		version bigint NOT NULL DEFAULT 0,
		PRIMARY KEY (organization_id, hour)
	)`,
];

const transport = [
	`CREATE TABLE outbox (
		organization_id uuid NOT NULL REFERENCES organizations (id),
		id uuid NOT NULL,
		job text NOT NULL,
		version integer NOT NULL,
		payload jsonb NOT NULL,
		request_id text,
		status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'done', 'failed')),
		deliver_at timestamptz NOT NULL DEFAULT now(),
		deliveries integer NOT NULL DEFAULT 0,
		finished_at timestamptz,
		error text,
		${stamps},
		PRIMARY KEY (organization_id, id)
	)`,
	`CREATE INDEX outbox_due ON outbox (deliver_at) WHERE status = 'pending'`,
	`CREATE TABLE idempotency_keys (
		organization_id uuid NOT NULL REFERENCES organizations (id),
		principal text NOT NULL,
		route text NOT NULL,
		key text NOT NULL,
		fingerprint bytea NOT NULL,
		status_code integer NOT NULL,
		response_sealed text NOT NULL,
		expires_at timestamptz NOT NULL,
		${stamps},
		PRIMARY KEY (organization_id, principal, route, key)
	)`,
	'CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at)',
];

export const tables: readonly string[] = [
	...tenancy,
	...access,
	...sessions,
	...providers,
	...ledger,
	...transport,
	'ALTER TABLE usage_events OWNER TO parallama_definer', // partitions can be made and dropped by their owner only
];
