import { afterEach, beforeAll, expect, it } from '@jest/globals';
import { freshDatabase, testConfig } from '#libs/testing';
import { drain } from '../src/drain.js';
import { askApi } from './support/ask-api.js';
import { startApi, type TestApi } from './support/start-api.js';
import { addTenant, type Tenant } from './support/tenants.js';

const GRACE_MS = 60_000;

let api: TestApi;
let owner: Tenant;
let isStopped = false;

beforeAll(async () => {
	await freshDatabase();
	owner = await addTenant(testConfig('api'));
});
afterEach(async () => {
	if (!isStopped) await api.stop();
	isStopped = false;
});

/** What a follower of an export has got, which stays queued: no worker runs here. Resolves when the first event is there. */
async function followed(key: string): Promise<{ rest(): Promise<string> }> {
	const { data } = await askApi<{ id: string }>(api, owner, ['POST', '/exports', { format: 'jsonl' }]);
	const answer = await fetch(`${api.url}/api/v1/exports/${data.id}/events`, { headers: { 'x-api-key': key } });
	if (answer.body === null) throw new Error('no body');
	const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
	const first = await reader.read();
	expect(first.value).toMatch(/^event: progress\ndata: /);
	return {
		rest: async () => {
			let text = '';
			for (let next = await reader.read(); !next.done; next = await reader.read()) text += next.value;
			return text;
		},
	};
}

it('do not hold up a server that shuts down', async () => {
	api = await startApi();
	const follower = await followed(owner.key);
	const before = performance.now();
	isStopped = true;
	const [rest] = await Promise.all([follower.rest(), drain(api, GRACE_MS)]);
	expect(rest).not.toContain('event: end');
	expect(performance.now() - before).toBeLessThan(GRACE_MS / 2);
});

it('end when the key of the follower is revoked', async () => {
	api = await startApi();
	const { data: key } = await askApi<{ id: string; apiKey: string }>(api, owner, [
		'POST',
		'/keys',
		{ name: 'follower' },
	]);
	const follower = await followed(key.apiKey);
	expect((await askApi(api, owner, ['DELETE', `/keys/${key.id}`])).status).toBeLessThan(300);
	await expect(follower.rest()).rejects.toThrow('terminated');
});
