import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Config, ConfigError } from '#libs/config';
import { bootstrap, generateSecrets } from '#libs/installation';
import { asOwner, freshDatabase, testConfig } from '#libs/testing';

const secrets = generateSecrets();
const { BOOTSTRAP_ADMIN_EMAIL, BOOTSTRAP_ADMIN_PASSWORD, BOOTSTRAP_API_KEY } = secrets;
const variables = { BOOTSTRAP_ADMIN_EMAIL, BOOTSTRAP_ADMIN_PASSWORD, BOOTSTRAP_API_KEY };
const config = (over: Record<string, string> = {}): Config => testConfig('cli', { ...variables, ...over });
const run = (over: Record<string, string> = {}, replaceRevokedKey = false) =>
	bootstrap(config(over), { replaceRevokedKey });

const counts = async () => {
	const [row] = await asOwner(
		`SELECT (SELECT count(*)::int FROM organizations) AS organizations, (SELECT count(*)::int FROM users) AS users,
			(SELECT count(*)::int FROM projects) AS projects, (SELECT count(*)::int FROM api_keys) AS keys,
			(SELECT count(*)::int FROM memberships) AS memberships, (SELECT count(*)::int FROM user_roles) AS roles`,
	);
	return row;
};
const once = { organizations: 2, users: 1, projects: 1, keys: 1, memberships: 2, roles: 2 };

beforeEach(freshDatabase);

it('makes exactly one of each, however many run at the same moment', async () => {
	const results = await Promise.all(Array.from({ length: 50 }, () => run()));
	expect(results.filter(({ created }) => created)).toHaveLength(1);
	expect(new Set(results.map(({ created: _, ...rest }) => JSON.stringify(rest))).size).toBe(1);
	expect(results[0]?.apiKey).toBe(BOOTSTRAP_API_KEY);
	expect(await counts()).toEqual(once);
});

it('changes nothing the second time, whatever it is given', async () => {
	const first = await run();
	const again = await run({
		BOOTSTRAP_ADMIN_EMAIL: 'mallory@example.com',
		BOOTSTRAP_ADMIN_PASSWORD: 'another long password',
	});
	expect(again).toEqual({ ...first, created: false });
	expect(await counts()).toEqual(once);
	expect((await run({ BOOTSTRAP_API_KEY: generateSecrets().BOOTSTRAP_API_KEY })).apiKey).toBeNull();
	expect(await counts()).toEqual(once);
});

it('makes the admin owner of the organization and operator of the installation', async () => {
	await run();
	const rows = await asOwner(
		`SELECT o.slug, r.name FROM user_roles a JOIN organizations o ON o.id = a.organization_id
		JOIN roles r ON r.organization_id = a.role_organization_id AND r.id = a.role_id ORDER BY 1`,
	);
	expect(rows).toEqual([
		{ slug: 'default', name: 'owner' },
		{ slug: 'system', name: 'operator' },
	]);
});

it('replaces a revoked key when asked to, and only then', async () => {
	await run();
	await asOwner('UPDATE api_keys SET revoked_at = now()');
	expect((await run()).apiKey).toBeNull();
	const { apiKey } = await run({}, true);
	expect(apiKey).toMatch(/^pl_/);
	expect(apiKey).not.toBe(BOOTSTRAP_API_KEY);
	expect((await run({ BOOTSTRAP_API_KEY: apiKey ?? '' }, true)).apiKey).toBe(apiKey);
	expect(await counts()).toEqual({ ...once, keys: 2 });
});

describe('refuses', () => {
	it.each([
		['a key of another form', { BOOTSTRAP_API_KEY: 'sk-1234' }, 'BOOTSTRAP_API_KEY'],
		['a key with a typing error', { BOOTSTRAP_API_KEY: `${BOOTSTRAP_API_KEY.slice(0, -1)}_` }, 'BOOTSTRAP_API_KEY'],
		['a short password', { BOOTSTRAP_ADMIN_PASSWORD: 'admin' }, 'BOOTSTRAP_ADMIN_PASSWORD'],
		['a guessable password', { BOOTSTRAP_ADMIN_PASSWORD: 'parallama-parallama' }, 'BOOTSTRAP_ADMIN_PASSWORD'],
		['no address', { BOOTSTRAP_ADMIN_EMAIL: 'admin' }, 'BOOTSTRAP_ADMIN_EMAIL'],
	])('%s, naming the variable and the remedy, never the value', async (_what, over, name) => {
		const error = await run(over).then(
			() => undefined,
			(thrown: unknown) => thrown,
		);
		expect(error).toBeInstanceOf(ConfigError);
		expect(String(error)).toContain(name);
		expect(String(error)).toContain('parallama secrets generate');
		for (const value of Object.values(over)) expect(String(error)).not.toContain(` ${value} `);
		expect(await counts()).toMatchObject({ users: 0 });
	});
});
