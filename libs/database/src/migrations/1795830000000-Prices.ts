import type { MigrationInterface, QueryRunner } from 'typeorm';
import { granted, isolated } from './statements.js';

const SYSTEM = `'00000000-0000-7000-8000-000000000001'::uuid`;

/** What models cost from when on, for an organization or (the system organization's rows) for all; how broken calls are charged. */
export class Prices1795830000000 implements MigrationInterface {
	name = 'Prices1795830000000';

	public async up(runner: QueryRunner): Promise<void> {
		const statements = [
			`ALTER TABLE organizations ADD COLUMN charge_interrupted text NOT NULL DEFAULT 'delivered'
				CHECK (charge_interrupted IN ('delivered', 'upstream', 'free_before_first_token'))`,
			// A provider may go: what was charged by its prices stays explained.
			`CREATE TABLE prices (
				organization_id uuid NOT NULL REFERENCES organizations (id),
				id uuid NOT NULL,
				vendor text CHECK (vendor <> ''),
				provider_id uuid,
				model text NOT NULL CHECK (model <> ''),
				valid_from timestamptz NOT NULL,
				valid_until timestamptz CHECK (valid_until > valid_from),
				rates jsonb CHECK (jsonb_typeof(rates) = 'object'),
				tiers jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(tiers) = 'array'),
				mark_up integer CHECK (mark_up BETWEEN -10000 AND 1000000),
				source text,
				created_by uuid,
				created_at timestamptz NOT NULL DEFAULT now(),
				PRIMARY KEY (organization_id, id),
				FOREIGN KEY (organization_id, created_by) REFERENCES memberships (organization_id, user_id)
					ON DELETE SET NULL (created_by),
				CHECK (num_nonnulls(rates, mark_up) = 1)
			)`,
			`CREATE UNIQUE INDEX prices_once ON prices (organization_id, vendor, provider_id, model, valid_from, (mark_up IS NULL)) NULLS NOT DISTINCT`,
			`CREATE INDEX prices_created_by ON prices (organization_id, created_by) WHERE created_by IS NOT NULL`,
			...isolated({ table: 'prices', app: 'SELECT, INSERT, UPDATE, DELETE', worker: 'SELECT' }),
			`CREATE POLICY shared ON prices FOR SELECT TO parallama_app, parallama_worker USING (organization_id = ${SYSTEM})`,
			...granted('prices:read', ['owner', 'admin', 'viewer']),
			...granted('prices:write', ['owner', 'admin']),
		];
		for (const statement of statements) await runner.query(statement);
	}

	public async down(): Promise<void> {
		throw new Error('Migrations go forward only: restore a backup instead');
	}
}
