import type { MigrationInterface, QueryRunner } from 'typeorm';
import { seededPrompts } from './prompts/seeds.js';
import { crossed, definerFunction, granted, isolated } from './statements.js';

const SYSTEM = `'00000000-0000-7000-8000-000000000001'`;

const inOrder = [
	`CREATE TABLE prompts (
		organization_id uuid NOT NULL REFERENCES organizations (id),
		id uuid NOT NULL,
		user_id uuid,
		name text NOT NULL,
		description text NOT NULL DEFAULT '',
		visibility text NOT NULL CHECK (visibility IN ('personal', 'shared')),
		latest_version integer NOT NULL,
		created_at timestamptz NOT NULL DEFAULT now(),
		updated_at timestamptz NOT NULL DEFAULT now(),
		PRIMARY KEY (organization_id, id),
		FOREIGN KEY (organization_id, user_id) REFERENCES memberships (organization_id, user_id) ON DELETE CASCADE
	)`,
	'CREATE INDEX prompts_user ON prompts (organization_id, user_id, id)',
	`CREATE TABLE prompt_versions (
		organization_id uuid NOT NULL,
		prompt_id uuid NOT NULL,
		version integer NOT NULL CHECK (version > 0),
		template text NOT NULL,
		variables jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(variables) = 'array'),
		model text,
		note text NOT NULL DEFAULT '',
		created_at timestamptz NOT NULL DEFAULT now(),
		PRIMARY KEY (organization_id, prompt_id, version),
		FOREIGN KEY (organization_id, prompt_id) REFERENCES prompts (organization_id, id) ON DELETE CASCADE
	)`,
	`CREATE TABLE prompt_labels (
		organization_id uuid NOT NULL,
		prompt_id uuid NOT NULL,
		label text NOT NULL,
		version integer NOT NULL,
		PRIMARY KEY (organization_id, prompt_id, label),
		FOREIGN KEY (organization_id, prompt_id, version) REFERENCES prompt_versions (organization_id, prompt_id, version) ON DELETE CASCADE
	)`,
	'CREATE INDEX prompt_labels_version ON prompt_labels (organization_id, prompt_id, version)',
];

const sharedPrompt = `EXISTS (SELECT FROM prompts p WHERE p.organization_id = ${SYSTEM} AND p.id = prompt_id AND p.visibility = 'shared')`;

const rights = [
	...['prompts', 'prompt_labels'].map((table) => ({ table, app: 'SELECT, INSERT, UPDATE, DELETE', worker: 'SELECT' })),
	{ table: 'prompt_versions', app: 'SELECT, INSERT, DELETE', worker: 'SELECT' },
];

const shared = Object.entries({
	prompts: `visibility = 'shared'`,
	prompt_versions: sharedPrompt,
	prompt_labels: sharedPrompt,
}).map(
	([table, condition]) =>
		`CREATE POLICY shared ON ${table} FOR SELECT TO parallama_app, parallama_worker USING (organization_id = ${SYSTEM} AND ${condition})`,
);

/** What people write is part of what is kept about them. */
const exported = definerFunction({
	signature: 'export_account_prompts(p_user_id uuid)',
	returns: 'jsonb',
	volatility: 'STABLE',
	callers: 'parallama_app',
	body: `BEGIN RETURN jsonb_build_object('prompts', coalesce((SELECT jsonb_agg(jsonb_build_object('id', p.id, 'organizationId', p.organization_id,
		'name', p.name, 'description', p.description, 'visibility', p.visibility, 'createdAt', p.created_at,
		'versions', (SELECT jsonb_agg(jsonb_build_object('version', v.version, 'template', v.template, 'note', v.note) ORDER BY v.version)
			FROM prompt_versions v WHERE v.organization_id = p.organization_id AND v.prompt_id = p.id)) ORDER BY p.id)
		FROM prompts p WHERE p.user_id = p_user_id), '[]')); END`,
});

/** Prompts with versions and labels, and those that come with the installation. */
export class Prompts1795884000000 implements MigrationInterface {
	name = 'Prompts1795884000000';

	public async up(runner: QueryRunner): Promise<void> {
		const statements = [
			...inOrder,
			...rights.flatMap((table) => isolated(table)),
			...rights.flatMap(({ table }) => crossed(table, 'SELECT')),
			...shared,
			...exported,
			...granted('prompts:read', ['owner', 'admin', 'premium', 'basic', 'viewer']),
			...granted('prompts:write', ['owner', 'admin', 'premium', 'basic']),
		];
		for (const statement of statements) await runner.query(statement);
		for (const [at, { name, description, template, variables }] of seededPrompts.entries()) {
			const id = `00000000-0000-7000-8000-0000000005${String(at + 1).padStart(2, '0')}`;
			await runner.query(
				`INSERT INTO prompts (organization_id, id, name, description, visibility, latest_version) VALUES (${SYSTEM}, $1, $2, $3, 'shared', 1)`,
				[id, name, description],
			);
			await runner.query(
				`INSERT INTO prompt_versions (organization_id, prompt_id, version, template, variables) VALUES (${SYSTEM}, $1, 1, $2, $3)`,
				[id, template, JSON.stringify(variables)],
			);
		}
	}

	public async down(): Promise<void> {
		throw new Error('Migrations go forward only: restore a backup instead');
	}
}
