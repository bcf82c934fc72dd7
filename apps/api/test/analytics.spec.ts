import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#libs/kernel';
import { asOwner, freshDatabase, testConfig } from '#libs/testing';
import { startApi, type TestApi } from './support/start-api.js';
import { addTenant, type Tenant } from './support/tenants.js';

const HOUR_MS = 3_600_000;
const config = () => testConfig('api');
let api: TestApi;
let owner: Tenant;
let basic: Tenant;
/** Noon of yesterday, UTC. */
const noon = new Date(Math.floor(Date.now() / (24 * HOUR_MS) - 1) * 24 * HOUR_MS + 12 * HOUR_MS);
const after = (hours: number): Date => new Date(noon.getTime() + hours * HOUR_MS);

interface Answer {
	readonly status: number;
	readonly data: never;
	readonly error?: { readonly code: string };
	readonly errors: { readonly field: string; readonly code: string }[] | null;
}
async function ask(path: string, key: string): Promise<Answer> {
	const response = await fetch(`${api.url}/api/v1/analytics/${path}`, { headers: { authorization: `Bearer ${key}` } });
	return { status: response.status, ...((await response.json()) as Omit<Answer, 'status'>) };
}

const zeros = Object.fromEntries(
	'cache_read_tokens cache_write_tokens reasoning_tokens input_cost_nano_usd cache_read_cost_nano_usd cache_write_cost_nano_usd output_cost_nano_usd reasoning_cost_nano_usd'
		.split(' ')
		.map((name) => [name, 0]),
);
const call = (organizationId: string, at: Date, more: object = {}) => ({
	...zeros,
	occurred_on: at.toISOString().slice(0, 10),
	event_id: newId(),
	organization_id: organizationId,
	occurred_at: at,
	dialect: 'openai',
	operation: 'chat',
	model: 'small',
	alias: 'small',
	status: 'ok',
	usage_source: 'provider',
	is_estimated: false,
	is_streamed: false,
	input_tokens: 7,
	output_tokens: 5,
	cost_nano_usd: 100,
	attempts: 1,
	duration_ms: 100,
	first_token_ms: 10,
	...more,
});
const append = (rows: object[]) => asOwner('SELECT append_usage($1::json)', [JSON.stringify(rows)]);
const period = `from=${after(-12).toISOString()}&to=${after(12).toISOString()}`;

beforeAll(async () => {
	await freshDatabase();
	api = await startApi();
	[owner, basic] = [await addTenant(config()), await addTenant(config(), 'basic')];
	const of = owner.organizationId;
	await append([
		call(of, after(0), { user_id: owner.userId }),
		call(of, after(1), { user_id: newId(), model: 'large', cost_nano_usd: 900, duration_ms: 1_000 }),
		call(of, after(1), { model: 'large', status: 'error', error_code: 'upstream_error', cost_nano_usd: 0 }),
		call(of, after(-24), { cost_nano_usd: 500 }),
		call(basic.organizationId, after(0), { user_id: basic.userId }),
		call(basic.organizationId, after(0), { user_id: newId() }),
	]);
});
afterAll(() => api?.stop());

describe('the questions', () => {
	it('totals: of a period, and compared with the one before', async () => {
		const { status, data } = await ask(`totals?${period}`, owner.key);
		expect(status).toBe(200);
		expect(data).toMatchObject({
			total: { calls: 3, errors: 1, inputTokens: 21, outputTokens: 15, costNanoUsd: '1000' },
			previous: { calls: 1, errors: 0, costNanoUsd: '500' },
			change: { calls: 2, tokens: 2, cost: 1 },
		});
		const narrow = await ask(`totals?${period}&model=large&status=ok`, owner.key);
		expect(narrow.data).toMatchObject({ total: { calls: 1, costNanoUsd: '900' }, change: { calls: null } });
	});

	it('series: by hour, also the empty ones', async () => {
		const { data } = await ask(`series?step=hour&${period}`, owner.key);
		const { items } = data as { items: { start: string; calls: number }[] };
		expect(items).toHaveLength(24);
		expect(items.filter(({ calls }) => calls > 0)).toMatchObject([
			{ start: after(0).toISOString(), calls: 1 },
			{ start: after(1).toISOString(), calls: 2 },
		]);
	});

	it('series: by days of a zone that is half an hour off', async () => {
		// days of Kolkata begin at 18:30 UTC
		const tenant = await addTenant(config());
		await append([6.49, 6.51, 20].map((hours) => call(tenant.organizationId, after(hours))));
		const asked = `series?step=day&zone=Asia/Kolkata&from=${after(-12).toISOString()}&to=${after(24).toISOString()}`;
		const { data } = await ask(asked, tenant.key);
		const { items } = data as { items: { start: string; calls: number }[] };
		expect(items.map(({ start, calls }) => [start, calls])).toEqual([
			[after(-17.5).toISOString(), 1],
			[after(6.5).toISOString(), 2],
		]);
	});

	it('series: by minute', async () => {
		const asked = `series?step=minute&from=${after(0).toISOString()}&to=${after(1.5).toISOString()}`;
		const { items } = (await ask(asked, owner.key)).data as { items: { calls: number }[] };
		expect(items).toHaveLength(90);
		expect([items[0]?.calls, items[60]?.calls, items.reduce((n, { calls }) => n + calls, 0)]).toEqual([1, 2, 3]);
	});

	it('breakdown: the most first, by one or two dimensions', async () => {
		const { data } = await ask(`breakdown?by=model&limit=1&${period}`, owner.key);
		expect(data).toMatchObject({ groups: 2, items: [{ group: ['large'], calls: 2, costNanoUsd: '900' }] });
		const two = await ask(`breakdown?by=model,error&orderBy=calls&${period}`, owner.key);
		const { items } = two.data as { items: { group: unknown[]; calls: number }[] };
		expect(new Map(items.map(({ group, calls }) => [group.join(), calls]))).toEqual(
			new Map([
				['large,', 1],
				['large,upstream_error', 1],
				['small,', 1],
			]),
		);
	});

	it('latency: percentiles of each group', async () => {
		const { data } = await ask(`latency?by=status&${period}`, owner.key);
		const { items } = data as { items: { group: string; durationMs: { calls: number; p50: number; p99: number } }[] };
		expect(items.map(({ group, durationMs }) => [group, durationMs.calls])).toEqual([
			['ok', 2],
			['error', 1],
		]);
		const { p50, p99 } = items[0]?.durationMs ?? {};
		expect(Math.abs((p50 ?? 0) / 100 - 1)).toBeLessThan(0.05);
		expect(Math.abs((p99 ?? 0) / 1_000 - 1)).toBeLessThan(0.05);
	});

	it('forecast: what goes on like the last seven days', async () => {
		const tenant = await addTenant(config());
		const now = new Date();
		await append([call(tenant.organizationId, now, { cost_nano_usd: 7_000_000 })]);
		const { data } = await ask('forecast', tenant.key);
		const { costNanoUsd, forecastNanoUsd, monthEnd } = data as Record<string, string>;
		expect(costNanoUsd).toBe('7000000');
		const left = (new Date(monthEnd ?? '').getTime() - now.getTime()) / (24 * HOUR_MS);
		expect(Math.abs(Number(forecastNanoUsd) - 7_000_000 - left * 1_000_000)).toBeLessThan(10_000);
	});
});

describe('who sees what', () => {
	it.each(['totals', 'series', 'breakdown?by=user', 'latency', 'forecast'])('%s needs a caller', async (path) => {
		expect((await ask(path, 'pl_none')).status).toBe(401);
	});

	it('own calls only without usage:read', async () => {
		expect((await ask(`totals?${period}`, basic.key)).data).toMatchObject({ total: { calls: 1 } });
		const { data } = await ask(`breakdown?by=user&${period}`, basic.key);
		expect(data).toMatchObject({ groups: 1, items: [{ group: [basic.userId] }] });
		const others = await ask(`totals?user=${newId()}&${period}`, basic.key);
		expect([others.status, others.error?.code]).toEqual([403, 'permission_denied']);
	});

	it('nothing of another organization, whichever of its ids is named', async () => {
		const stranger = await addTenant(config());
		for (const filter of ['', `user=${owner.userId}&`, 'model=large&', `project=${owner.projectId}&`]) {
			expect((await ask(`totals?${filter}${period}`, stranger.key)).data).toMatchObject({ total: { calls: 0 } });
			expect((await ask(`breakdown?by=model&${filter}${period}`, stranger.key)).data).toMatchObject({ items: [] });
		}
	});
});

it.each([
	['series?step=fortnight', 'step'],
	['series?zone=Mars/Olympus', 'zone'],
	['series?zone=%2B05:30', 'zone'],
	['series?step=minute&from=2026-01-01T00:00:00Z&to=2026-01-03T00:00:00Z', 'from'],
	['series?step=hour&from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z', 'from'],
	['totals?from=2020-01-01T00:00:00Z&to=2026-03-01T00:00:00Z', 'from'],
	['totals?from=2026-03-01T00:00:00Z&to=2026-01-01T00:00:00Z', 'to'],
	['totals?user=me', 'user'],
	['breakdown', 'by'],
	['breakdown?by=color', 'by.0'],
	['breakdown?by=model,user,key', 'by'],
	['breakdown?by=model,model', 'by'],
	['breakdown?by=model&limit=1000', 'limit'],
])('refuses %s', async (path, field) => {
	const { status, error, errors } = await ask(path, owner.key);
	expect([status, error?.code, errors?.[0]?.field]).toEqual([400, 'validation_failed', field]);
});
