import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { reencrypt } from '#libs/installation';
import { asOwner, freshDatabase, type MockUpstream, startMockUpstream, testConfig } from '#libs/testing';
import { askApi } from './support/ask-api.js';
import { startApi, type TestApi } from './support/start-api.js';
import { addTenant, type Tenant } from './support/tenants.js';

const [OLD, NEW] = Array.from({ length: 2 }, () => randomBytes(32).toString('base64'));
const SECRET = 'sk-survives-every-rotation';
const PROVIDERS = 30;

let upstream: MockUpstream;
let tenant: Tenant;

beforeAll(async () => {
	await freshDatabase();
	upstream = await startMockUpstream({ models: ['m'], apiKey: SECRET });
	tenant = await addTenant(testConfig('api'));
});
afterAll(() => upstream?.close());

const start = (keys: string): Promise<TestApi> => startApi({ ENCRYPTION_KEY: keys, EGRESS_ALLOW: '127.0.0.1' });
const call = async (api: TestApi, provider: number): Promise<number> => {
	const response = await fetch(`${api.url}/v1/chat/completions`, {
		method: 'POST',
		headers: { 'x-api-key': tenant.key },
		body: JSON.stringify({ model: `p-${provider}/m`, messages: [{ role: 'user', content: 'hi' }] }),
	});
	await response.text();
	return response.status;
};

it('changes the key that encrypts credentials while calls go on, and needs the old one no more', async () => {
	const before = await start(`old:${OLD}`);
	for (let at = 0; at < PROVIDERS; at++) {
		const input = { name: `p-${at}`, kind: 'openai-compatible', baseUrl: `${upstream.url}/v1`, apiKey: SECRET };
		await askApi(before, tenant, ['POST', '/providers', input]);
	}
	await before.stop();

	const keys = `new:${NEW},old:${OLD}`;
	const during = await start(keys);
	const statuses = new Map<number, number>();
	const run = { isOver: false };
	const calling = (async () => {
		for (let at = 0; !run.isOver || at < 2 * PROVIDERS; at++) {
			const status = await call(during, at % PROVIDERS);
			statuses.set(status, (statuses.get(status) ?? 0) + 1);
		}
	})();
	const columns = await reencrypt(testConfig('cli', { ENCRYPTION_KEY: keys }));
	run.isOver = true;
	await calling;
	await during.stop();
	expect(columns.find(({ table }) => table === 'provider_credentials')).toMatchObject({ reencrypted: PROVIDERS });
	expect([...statuses.keys()]).toEqual([200]);
	console.log(`A rotation of the key of ${PROVIDERS} credentials: ${statuses.get(200)} calls, 0 failed`);

	const [old] = await asOwner<{ count: string }>(
		`SELECT count(*) FROM provider_credentials WHERE secret_sealed NOT LIKE 'new.%'`,
	);
	expect(old?.count).toBe('0');
	const after = await start(`new:${NEW}`);
	expect(await call(after, 0)).toBe(200);
	await after.stop();
});
