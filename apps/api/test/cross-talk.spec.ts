import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { asOwner, eventually, freshDatabase, testConfig } from '#libs/testing';
import { startApi, type TestApi } from './support/start-api.js';
import { addTenant, type Tenant } from './support/tenants.js';

/** Calls that are cut at random moments must never leave a connection in a state that shows one tenant's data to another. */
const TENANTS = 8;
const REQUESTS = 3_000;
const CLIENTS = 60;
const POOL = 5;

let api: TestApi;
const tenants: (Tenant & { canary: string })[] = [];

beforeAll(async () => {
	await freshDatabase();
	api = await startApi({ ECHO_PROVIDER: 'on', DATABASE_POOL_SIZE: String(POOL), LOG_LEVEL: 'silent' });
	for (let n = 0; n < TENANTS; n++) {
		const tenant = { ...(await addTenant(testConfig('api'))), canary: `canary-${n}-${'abcdefgh'[n]}` };
		await asOwner('UPDATE projects SET name = $1 WHERE organization_id = $2', [tenant.canary, tenant.organizationId]);
		tenants.push(tenant);
	}
});
afterAll(() => api?.stop());

/** A small deterministic generator: a failure can be repeated. */
function generator(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
		return state / 4_294_967_296;
	};
}

interface Request {
	readonly path: string;
	readonly body?: string;
}

function requestOf(canary: string, random: () => number): Request {
	const chat = (stream: boolean) =>
		JSON.stringify({ model: 'echo', stream, messages: [{ role: 'user', content: canary }] });
	const all: Request[] = [
		{ path: '/api/v1/projects' },
		{ path: '/api/v1/organizations/current' },
		{ path: '/v1/chat/completions', body: chat(false) },
		{ path: '/v1/chat/completions', body: chat(true) },
		{ path: '/api/chat', body: chat(true) },
		{ path: '/v1/embeddings', body: JSON.stringify({ model: 'echo', input: canary }) },
	];
	return all[Math.floor(random() * all.length)] as Request;
}

/** Returns what came back, or nothing when the call was cut. */
async function attempt(
	tenant: Tenant,
	{ path, body }: Request,
	cutAfterMs: number | undefined,
): Promise<{ status: number; text: string } | undefined> {
	const cut = new AbortController();
	const timer = cutAfterMs === undefined ? undefined : setTimeout(() => cut.abort(), cutAfterMs);
	try {
		const answer = await fetch(api.url + path, {
			method: body === undefined ? 'GET' : 'POST',
			headers: { authorization: `Bearer ${tenant.key}` },
			...(body === undefined ? {} : { body }),
			signal: cut.signal,
		});
		return { status: answer.status, text: await answer.text() };
	} catch (error) {
		if (cut.signal.aborted) return undefined;
		throw error;
	} finally {
		clearTimeout(timer);
	}
}

it(`${REQUESTS} calls of ${TENANTS} tenants, half of them cut within 50 ms, over ${POOL} connections: nothing foreign`, async () => {
	const random = generator(20_261_120);
	let answered = 0;
	let cut = 0;
	const foreign: string[] = [];
	const failed: string[] = [];
	let left = REQUESTS;
	const client = async (): Promise<void> => {
		while (left-- > 0) {
			const tenant = tenants[Math.floor(random() * TENANTS)] as (typeof tenants)[number];
			const request = requestOf(tenant.canary, random);
			const got = await attempt(tenant, request, random() < 0.5 ? random() * 50 : undefined);
			if (got === undefined) cut++;
			else if (got.status !== 200) failed.push(`${request.path} ${got.status} ${got.text.slice(0, 200)}`);
			else {
				answered++;
				const others = tenants.filter((other) => other !== tenant);
				if (others.some((other) => got.text.includes(other.canary) || got.text.includes(other.organizationId)))
					foreign.push(got.text);
			}
		}
	};
	await Promise.all(Array.from({ length: CLIENTS }, client));
	expect({ foreign, failed }).toEqual({ foreign: [], failed: [] });
	expect(answered + cut).toBe(REQUESTS);
	expect(cut).toBeGreaterThan(REQUESTS / 10);

	// the ledger attributes every call to its own tenant
	const wrong = await eventually(async () => {
		const [row] = await asOwner<{ wrong: string }>(
			`SELECT count(*) AS wrong FROM usage_events e LEFT JOIN api_keys k ON k.organization_id = e.organization_id AND k.id = e.key_id WHERE k.id IS NULL`,
		);
		return row?.wrong;
	});
	expect(wrong).toBe('0');
}, 120_000);

it('no connection of the pool keeps a tenant or an open transaction', async () => {
	const source = api.app.get(DataSource);
	const held = await Promise.all(
		Array.from({ length: POOL }, async () => {
			const runner = source.createQueryRunner();
			await runner.connect();
			return runner;
		}),
	);
	const settings = await Promise.all(
		held.map((runner) =>
			runner.query(
				`SELECT coalesce(current_setting('app.organization_id', true), '') AS tenant, coalesce(current_setting('app.user_id', true), '') AS person`,
			),
		),
	);
	expect(settings.flat()).toEqual(Array.from({ length: POOL }, () => ({ tenant: '', person: '' })));
	const open = await asOwner(
		`SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
	);
	expect(open).toEqual([]);
	await Promise.all(held.map((runner) => runner.release()));
});
