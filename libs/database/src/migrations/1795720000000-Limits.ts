import type { MigrationInterface, QueryRunner } from 'typeorm';
import { granted, isolated } from './statements.js';

const SYSTEM = `'00000000-0000-7000-8000-000000000001'::uuid`;
const stamps = `created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now()`;

/** Where a rule is attached (no id: the organization itself), which calls it is about, who made it. */
const attached = `
	organization_id uuid NOT NULL REFERENCES organizations (id),
	id uuid NOT NULL,
	project_id uuid,
	user_id uuid,
	key_id uuid,
	dialect text CHECK (dialect IN ('openai', 'anthropic', 'ollama')),
	model text CHECK (model <> ''),
	reason text,
	expires_at timestamptz,
	created_by uuid,
	${stamps},
	PRIMARY KEY (organization_id, id),
	FOREIGN KEY (organization_id, project_id) REFERENCES projects (organization_id, id) ON DELETE CASCADE,
	FOREIGN KEY (organization_id, user_id) REFERENCES memberships (organization_id, user_id) ON DELETE CASCADE,
	FOREIGN KEY (organization_id, key_id) REFERENCES api_keys (organization_id, id) ON DELETE CASCADE,
	-- the erasure of a person leaves the rules that they made for others
	FOREIGN KEY (organization_id, created_by) REFERENCES memberships (organization_id, user_id) ON DELETE SET NULL (created_by),
	CHECK (num_nonnulls(project_id, user_id, key_id) <= 1)`;

const tables = [
	`ALTER TABLE organizations ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC'`,
	`CREATE TABLE limits (
		${attached},
		metric text NOT NULL CHECK (metric IN ('requests', 'input_tokens', 'output_tokens', 'total_tokens', 'concurrency')),
		time_window text CHECK (time_window IN ('minute', 'hour', 'day')),
		max bigint NOT NULL CHECK (max BETWEEN 0 AND 9007199254740991),
		CHECK ((metric = 'concurrency') = (time_window IS NULL))
	)`,
	// one for good, and one that ends and comes before it meanwhile
	`CREATE UNIQUE INDEX limits_once ON limits (organization_id, project_id, user_id, key_id, dialect, model, metric, time_window,
		(expires_at IS NULL)) NULLS NOT DISTINCT`,
	`CREATE TABLE budgets (
		${attached},
		period text NOT NULL CHECK (period IN ('day', 'week', 'month', 'lifetime')),
		zone text NOT NULL DEFAULT 'utc' CHECK (zone IN ('utc', 'organization')),
		amount_nano_usd bigint NOT NULL CHECK (amount_nano_usd BETWEEN 0 AND 1000000000000000000),
		action text NOT NULL DEFAULT 'block' CHECK (action IN ('warn', 'block')),
		thresholds integer[] NOT NULL DEFAULT '{50,80,100}'
	)`,
	`CREATE UNIQUE INDEX budgets_once ON budgets (organization_id, project_id, user_id, key_id, dialect, model, period) NULLS NOT DISTINCT`,
	...['limits', 'budgets'].flatMap((table) =>
		['project_id', 'user_id', 'key_id', 'created_by'].map(
			(column) =>
				`CREATE INDEX ${table}_${column} ON ${table} (organization_id, ${column}) WHERE ${column} IS NOT NULL`,
		),
	),
	// What whoever has a role may use: a row replaces the installation's for that role, also one without limits.
	`CREATE TABLE limit_templates (
		organization_id uuid NOT NULL REFERENCES organizations (id),
		role_organization_id uuid NOT NULL,
		role_id uuid NOT NULL,
		limits jsonb NOT NULL CHECK (jsonb_typeof(limits) = 'array'),
		${stamps},
		PRIMARY KEY (organization_id, role_id),
		FOREIGN KEY (role_organization_id, role_id) REFERENCES roles (organization_id, id) ON DELETE CASCADE,
		CHECK (role_organization_id IN (organization_id, ${SYSTEM}))
	)`,
];

/** Frozen: what this migration wrote. */
const defaults = {
	admin: { role: 102, requests: 1_200, hourlyTokens: 10_000_000, dailyTokens: 100_000_000, concurrency: 200 },
	premium: { role: 103, requests: 300, hourlyTokens: 2_000_000, dailyTokens: 20_000_000, concurrency: 50 },
	basic: { role: 104, requests: 60, hourlyTokens: 200_000, dailyTokens: 2_000_000, concurrency: 10 },
} as const;

const template = (metric: string, window: string | null, max: number): object => ({
	metric,
	window,
	max,
	dialect: null,
	model: null,
});

const seeds = Object.values(defaults).map(({ role, requests, hourlyTokens, dailyTokens, concurrency }) => {
	const limits = [
		template('requests', 'minute', requests),
		template('total_tokens', 'hour', hourlyTokens),
		template('total_tokens', 'day', dailyTokens),
		template('concurrency', null, concurrency),
	];
	return `INSERT INTO limit_templates (organization_id, role_organization_id, role_id, limits)
		VALUES (${SYSTEM}, ${SYSTEM}, '00000000-0000-7000-8000-000000000${role}', '${JSON.stringify(limits)}')`;
});

const all = 'SELECT, INSERT, UPDATE, DELETE';

/** Limits, budgets, what each role may use by default, and the zone in which an organization's days begin. */
export class Limits1795720000000 implements MigrationInterface {
	name = 'Limits1795720000000';

	public async up(runner: QueryRunner): Promise<void> {
		const statements = [
			...tables,
			...['limits', 'budgets', 'limit_templates'].flatMap((table) => isolated({ table, app: all, worker: 'SELECT' })),
			`CREATE POLICY shared ON limit_templates FOR SELECT TO parallama_app, parallama_worker USING (organization_id = ${SYSTEM})`,
			...seeds,
			...['limits:read', 'budgets:read'].flatMap((name) => granted(name, ['owner', 'admin', 'viewer'])),
			...['limits:write', 'budgets:write'].flatMap((name) => granted(name, ['owner', 'admin'])),
		];
		for (const statement of statements) await runner.query(statement);
	}

	public async down(): Promise<void> {
		throw new Error('Migrations go forward only: restore a backup instead');
	}
}
