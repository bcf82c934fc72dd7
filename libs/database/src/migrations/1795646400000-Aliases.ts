import type { MigrationInterface, QueryRunner } from 'typeorm';

const SYSTEM = `'00000000-0000-7000-8000-000000000001'::uuid`;
const TENANT = `nullif(current_setting('app.organization_id', true), '')::uuid`;
const own = `organization_id = ${TENANT}`;
const stamps = `created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now()`;

const providers = [
	`ALTER TABLE providers ADD COLUMN settings jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(settings) = 'object')`,
	`ALTER TABLE provider_credentials
		ADD COLUMN label text NOT NULL DEFAULT '',
		ADD COLUMN is_enabled boolean NOT NULL DEFAULT true,
		ADD COLUMN priority integer NOT NULL DEFAULT 0`,
	'CREATE INDEX provider_credentials_provider ON provider_credentials (organization_id, provider_id)',
];

const aliases = [
	`CREATE TABLE model_aliases (
		organization_id uuid NOT NULL REFERENCES organizations (id),
		id uuid NOT NULL,
		name text NOT NULL,
		policy text NOT NULL CHECK (policy IN ('weighted', 'priority', 'least_in_flight', 'lowest_latency', 'sticky')),
		sticky_by text CHECK (sticky_by IN ('conversation', 'prompt_cache_key')),
		default_output_cap integer CHECK (default_output_cap > 0),
		allow_dropped_params boolean NOT NULL DEFAULT false,
		is_enabled boolean NOT NULL DEFAULT true,
		is_shared boolean NOT NULL DEFAULT false,
		${stamps},
		PRIMARY KEY (organization_id, id),
		UNIQUE (organization_id, name),
		CHECK ((policy = 'sticky') = (sticky_by IS NOT NULL))
	)`,
	// No foreign key to providers: those of the environment have no row, shared ones have another organization.
	`CREATE TABLE model_alias_targets (
		organization_id uuid NOT NULL,
		alias_id uuid NOT NULL,
		position integer NOT NULL,
		provider_id uuid NOT NULL,
		model text NOT NULL,
		weight integer NOT NULL DEFAULT 1 CHECK (weight >= 0),
		priority integer NOT NULL DEFAULT 0,
		PRIMARY KEY (organization_id, alias_id, position),
		FOREIGN KEY (organization_id, alias_id) REFERENCES model_aliases (organization_id, id) ON DELETE CASCADE
	)`,
	'CREATE INDEX model_alias_targets_provider ON model_alias_targets (organization_id, provider_id)',
];

const isolate = (table: string, shared: string): string[] => [
	`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`,
	`CREATE POLICY tenant ON ${table} TO parallama_app, parallama_worker USING (${own}) WITH CHECK (${own})`,
	`CREATE POLICY shared ON ${table} FOR SELECT TO parallama_app, parallama_worker USING (organization_id = ${SYSTEM} AND ${shared})`,
	`GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO parallama_app`,
	`GRANT SELECT ON ${table} TO parallama_worker`,
];

/** Public names for models with a routing policy; several credentials and settings per provider. */
export class Aliases1795646400000 implements MigrationInterface {
	name = 'Aliases1795646400000';

	public async up(runner: QueryRunner): Promise<void> {
		const sharedTarget = `EXISTS (SELECT FROM model_aliases a WHERE a.organization_id = ${SYSTEM} AND a.id = alias_id AND a.is_shared)`;
		for (const statement of [
			...providers,
			...aliases,
			...isolate('model_aliases', 'is_shared'),
			...isolate('model_alias_targets', sharedTarget),
		])
			await runner.query(statement);
	}

	public async down(): Promise<void> {
		throw new Error('Migrations go forward only: restore a backup instead');
	}
}
