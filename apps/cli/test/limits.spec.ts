import { beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#libs/kernel';
import { asOwner, freshDatabase, testConfig, testEnvironment } from '#libs/testing';
import { generateKey, hashSecret } from '#libs/keys';
import { runCli } from '../src/run-cli.js';

const environment = testEnvironment();
const [organizationId, userId, projectId, keyId] = [newId(), newId(), newId(), newId()];
const credential = generateKey();

async function cli(line: string): Promise<{ code: number; out: string; err: string }> {
	const [out, err]: string[][] = [[], []];
	const code = await runCli(line.split(' '), {
		environment,
		out: (text) => void out?.push(text),
		err: (text) => void err?.push(text),
	});
	return { code, out: out?.join('') ?? '', err: err?.join('') ?? '' };
}
const json = async <T>(line: string): Promise<T> => {
	const { out, err } = await cli(`${line} --json`);
	if (err !== '') throw new Error(err);
	return JSON.parse(out) as T;
};
interface Rule {
	id: string;
	[field: string]: unknown;
}

beforeAll(async () => {
	await freshDatabase();
	await asOwner(`INSERT INTO organizations (id, slug, name) VALUES ($1, 'default', 'Default')`, [organizationId]);
	await asOwner(`INSERT INTO users (id, email, name) VALUES ($1, 'ann@example.test', 'Ann')`, [userId]);
	await asOwner('INSERT INTO memberships (organization_id, id, user_id) VALUES ($1, $2, $3)', [
		organizationId,
		newId(),
		userId,
	]);
	await asOwner(
		`INSERT INTO user_roles (organization_id, id, user_id, role_organization_id, role_id) SELECT $1, $2, $3, organization_id, id
		FROM roles WHERE name = 'basic'`,
		[organizationId, newId(), userId],
	);
	await asOwner(`INSERT INTO projects (organization_id, id, name, is_default) VALUES ($1, $2, 'P', true)`, [
		organizationId,
		projectId,
	]);
	const { hash, pepperKid } = hashSecret(testConfig('api').secrets.KEY_PEPPER ?? [], credential.secret);
	await asOwner(
		`INSERT INTO api_keys (organization_id, id, project_id, user_id, key_id, secret_hash, pepper_kid, name)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 'k')`,
		[organizationId, keyId, projectId, userId, credential.keyId, hash, pepperKid],
	);
});

describe('limits', () => {
	it('are set for a person by address, for a key by its public part, shown with where they come from, and removed', async () => {
		const first = await json<Rule>('limits set --user ann@example.test --max 10 --model gpt-4*');
		expect(first).toMatchObject({ attachment: 'user', attachmentId: userId, metric: 'requests', window: 'minute' });
		const again = await json<Rule>('limits set --user ANN@example.test --max 12 --model gpt-4* --reason more');
		expect(again).toMatchObject({ id: first.id, max: 12, reason: 'more', createdBy: null });
		const ofKey = `limits set --key pl_${credential.keyId} --metric concurrency --max 3`;
		expect(await json(ofKey)).toMatchObject({ attachment: 'key', attachmentId: keyId, window: null });
		const until = 'limits set --user ann@example.test --window minute --max 600 --expires 2099-01-01';
		expect(await json(until)).toMatchObject({ expiresAt: '2099-01-01T00:00:00.000Z' });

		const { items } = await json<{ items: Rule[] }>(`limits show --key ${keyId}`);
		expect(items.find(({ attachment }) => attachment === 'key')).toMatchObject({ max: 3, source: 'limit' });
		const minutely = items.find(({ window, model }) => window === 'minute' && model === null);
		expect(minutely).toMatchObject({ max: 600, source: 'override', overrides: [{ max: 60, source: 'template' }] });
		expect((await cli('limits show --user ann@example.test')).out).toMatch(/user \S+ +requests +minute +600 +override/);
		expect((await cli('limits show')).out).toMatch(/requests +minute +12 +- +gpt-4\* +- +more\n/);
		expect(await cli(`limits delete ${first.id}`)).toMatchObject({ code: 0, out: `deleted ${first.id}\n` });
		expect(await cli(`limits delete ${first.id}`)).toMatchObject({ code: 4 });
	});

	it.each([
		'limits set',
		'limits set --max many',
		'limits set --max 1 --metric money',
		'limits set --max 1 --metric concurrency --window hour',
		'limits set --max 1 --user a@b.test --project x',
		'limits set --max 1 --project x',
		'limits set --max 1 --expires soon',
		'limits set --max 1 --expires 2001-01-01',
		'limits delete x',
		'budgets set --period month',
		'budgets set --amount lots',
		'budgets set --amount 1 --thresholds 80,50',
		'budgets set --amount 1 --zone Mars',
		'budgets delete x',
	])('refuse "%s" with exit code 2', async (line) => {
		expect(await cli(line)).toMatchObject({ code: 2, out: '' });
	});
	it.each(['limits set --max 1 --user nobody@example.test', 'budgets set --amount 1 --key pl_AAAAAAAAAAAA_'])(
		'find nobody for "%s"',
		async (line) => {
			expect(await cli(line)).toMatchObject({ code: 4, out: '' });
		},
	);
});

describe('budgets', () => {
	it('are set in dollars, listed and removed', async () => {
		const made = await json<Rule>(`budgets set --amount 25.5 --project ${projectId} --zone organization`);
		expect(made).toMatchObject({ amountNanoUsd: '25500000000', period: 'month', action: 'block' });
		const changed = await cli(`budgets set --amount 30 --action warn --project ${projectId} --zone organization`);
		expect(changed.out).toBe(`project ${projectId}: 30.00 USD a month, then warn (${made.id})\n`);
		expect((await cli('budgets list')).out).toMatch(/project \S+ +30\.00 +0\.00 +30\.00 +month +organization +warn/);
		expect((await cli(`budgets show --key ${keyId}`)).out).toMatch(
			/project \S+ +30\.00 +0\.00 +30\.00 +month +20\d\d-/,
		);
		expect((await cli(`budgets show --user ann@example.test`)).out).toBe('none\n');
		expect(await cli(`budgets set --amount 30 --project ${projectId}`)).toMatchObject({ code: 5 });
		expect(await cli(`budgets delete ${made.id}`)).toMatchObject({ code: 0 });
		expect((await cli('budgets list')).out).toBe('none\n');
	});
});
