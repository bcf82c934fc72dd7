import { randomBytes } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { reencrypt } from '#libs/installation';
import { newId, Sealer, SYSTEM_ORGANIZATION_ID } from '#libs/kernel';
import { asOwner, freshDatabase, testConfig } from '#libs/testing';
import { sealedColumns } from '../src/sealed-columns.js';

const [OLD, NEW, LOST] = Array.from({ length: 3 }, () => randomBytes(32).toString('base64'));
const config = (keys: string) => testConfig('cli', { ENCRYPTION_KEY: keys });
const sealerOf = (keys: string): Sealer => new Sealer(config(keys).secrets.ENCRYPTION_KEY ?? []);
const COUNT = 450; // more than two pages

const providerId = newId();
const context = (id: string): string => `${SYSTEM_ORGANIZATION_ID}|provider_credentials|${id}|secret_sealed`;

async function addCredentials(sealers: readonly Sealer[]): Promise<void> {
	const rows = sealers.map((sealer) => {
		const id = newId();
		return { id, sealed: sealer.seal(`sk-${id}`, context(id)) };
	});
	await asOwner(
		`INSERT INTO provider_credentials (organization_id, id, provider_id, secret_sealed, last4)
			SELECT $1, r.id, $2, r.sealed, '' FROM unnest($3::uuid[], $4::text[]) AS r(id, sealed)`,
		[SYSTEM_ORGANIZATION_ID, providerId, rows.map(({ id }) => id), rows.map(({ sealed }) => sealed)],
	);
}
const stored = () =>
	asOwner<{ id: string; sealed: string }>('SELECT id, secret_sealed AS sealed FROM provider_credentials ORDER BY id');
const ofCredentials = async (keys: string) =>
	(await reencrypt(config(keys))).find(({ table }) => table === 'provider_credentials');

beforeAll(async () => {
	await freshDatabase();
	await asOwner(
		`INSERT INTO providers (organization_id, id, name, kind, base_url) VALUES ($1, $2, 'p', 'openai', 'https://h.test')`,
		[SYSTEM_ORGANIZATION_ID, providerId],
	);
});
beforeEach(async () => {
	await asOwner('DELETE FROM provider_credentials');
});

describe('reencrypt', () => {
	it('brings every value under the first key, and finds nothing to do after that', async () => {
		const old = sealerOf(`old:${OLD}`);
		await addCredentials(Array.from({ length: COUNT }, () => old));
		expect(await ofCredentials(`new:${NEW},old:${OLD}`)).toMatchObject({
			reencrypted: COUNT,
			changed: 0,
			unreadable: 0,
		});
		expect(await ofCredentials(`new:${NEW},old:${OLD}`)).toMatchObject({ reencrypted: 0 });
		const alone = sealerOf(`new:${NEW}`);
		for (const { id, sealed } of await stored()) expect(alone.open(sealed, context(id))).toBe(`sk-${id}`);
	});

	it('goes on where it was cut short, leaves what nobody can read, and moves no value to another row', async () => {
		const [old, fresh, lost] = [sealerOf(`old:${OLD}`), sealerOf(`new:${NEW}`), sealerOf(`lost:${LOST}`)];
		await addCredentials([fresh, lost, old, old]);
		const before = await stored();
		expect(await ofCredentials(`new:${NEW},old:${OLD}`)).toMatchObject({ reencrypted: 2, unreadable: 1 });
		const after = await stored();
		expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
		expect(after.filter(({ sealed }, at) => sealed === before[at]?.sealed)).toHaveLength(2);
	});

	it('knows every sealed column of the schema', async () => {
		const columns = await asOwner<{ name: string }>(
			`SELECT table_name || '.' || column_name AS name FROM information_schema.columns
			WHERE table_schema = 'public' AND column_name LIKE '%\\_sealed'`,
		);
		expect(sealedColumns.map(({ table, column }) => `${table}.${column}`).toSorted()).toEqual(
			columns.map(({ name }) => name).toSorted(),
		);
	});
});
