import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId, SYSTEM_ORGANIZATION_ID } from '#libs/kernel';
import { PriceBook } from '#libs/metering';
import { asOwner, freshDatabase, testConfig } from '#libs/testing';
import { askApi } from './support/ask-api.js';
import { startApi, type TestApi } from './support/start-api.js';
import { addMember, addTenant, type Tenant } from './support/tenants.js';

interface Price {
	id: string;
	table: string;
	model: string;
	[field: string]: unknown;
}
interface Prices {
	items: Price[];
	nextCursor: string | null;
}

let api: TestApi;
let owner: Tenant;
let viewer: Tenant;
let stranger: Tenant;
const installation = newId();

beforeAll(async () => {
	await freshDatabase();
	api = await startApi();
	const config = testConfig('api');
	[owner, stranger] = await Promise.all([addTenant(config), addTenant(config, 'admin')]);
	viewer = await addMember(config, owner, 'viewer');
	await asOwner(
		`INSERT INTO prices (organization_id, id, vendor, model, valid_from, mark_up) VALUES ($1, $2, 'xai', 'grok-4', '2025-01-01', 500)`,
		[SYSTEM_ORGANIZATION_ID, installation],
	);
});
afterAll(() => api?.stop());

const ask = <T = Price>(method: string, path: string, body?: unknown, by = owner) =>
	askApi<T>(api, by, [method, `/prices${path}`, body]);
const rates = { inputNanoUsd: '1000000', outputNanoUsd: '2000000' };
const create = async (input: object): Promise<Price> => {
	const { data, status, text } = await ask('POST', '', { rates, ...input });
	if (status !== 201) throw new Error(text);
	return data;
};
const versionOf = async (model: string, by = owner): Promise<string | undefined> =>
	(await api.app.get(PriceBook).of(by.organizationId)).priceOf({ vendor: 'openai', providerId: '', model }, Date.now())
		?.version;

describe('prices', () => {
	it('are set, charged by, changed and removed, each with an event that says before and after', async () => {
		const listed = await versionOf('gpt-5');
		const made = await create({ model: 'gpt-5', vendor: 'openai', validFrom: '2026-01-01T00:00:00Z' });
		expect(made).toMatchObject({ table: 'own', rates, tiers: [], markUpBasisPoints: null, createdBy: owner.userId });
		expect(await versionOf('gpt-5')).toBe(made.id);
		const change = { rates: { ...rates, outputNanoUsd: '3' }, source: 'a letter' };
		const { data: changed } = await ask('PATCH', `/${made.id}`, change);
		expect(changed).toMatchObject({ ...change, model: 'gpt-5', validFrom: '2026-01-01T00:00:00.000Z' });
		expect(await versionOf('gpt-5')).toBe(`${made.id}.2`);
		expect((await ask('GET', `/${made.id}`, undefined, viewer)).data).toEqual(changed);
		expect((await ask('DELETE', `/${made.id}`)).status).toBe(204);
		expect((await ask('GET', `/${made.id}`)).status).toBe(404);
		expect(await versionOf('gpt-5')).toBe(listed);
		const events = await asOwner<{ action: string; before: Price | null; after: Price | null }>(
			'SELECT action, before, after FROM audit_events WHERE target_id = $1 ORDER BY id',
			[made.id],
		);
		expect(events).toMatchObject([
			{ action: 'price.create', before: null, after: { rates } },
			{ action: 'price.update', before: { rates }, after: change },
			{ action: 'price.delete', before: change, after: null },
		]);
	});

	it('can be mark-ups', async () => {
		const made = await create({ model: 'gpt-4.1*', vendor: 'openai', rates: null, markUpBasisPoints: -2_500 });
		expect(made).toMatchObject({ rates: null, markUpBasisPoints: -2_500 });
		expect(await versionOf('gpt-4.1-mini')).toBe(`list:openai/gpt-4.1-mini@2025-04-14+${made.id}`);
		expect((await ask('PATCH', `/${made.id}`, { rates })).fields).toEqual(['rates']);
		expect((await ask('PATCH', `/${made.id}`, { markUpBasisPoints: 0 })).data).toMatchObject({ markUpBasisPoints: 0 });
	});

	it.each<[object, string]>([
		[{ rates: null }, 'rates'],
		[{ markUpBasisPoints: 5 }, 'rates'],
		[{ rates: {} }, 'rates'],
		[{ rates: { inputNanoUsd: 1 } }, 'rates.inputNanoUsd'],
		[{ rates: { inputNanoUsd: '-1' } }, 'rates.inputNanoUsd'],
		[{ rates: { inputNanoUsd: '10000000000001' } }, 'rates.inputNanoUsd'],
		[{ rates: { input: '1' } }, 'rates.input'],
		[{ tiers: [{ aboveInputTokens: 5, rates: {} }] }, 'tiers.0.rates'],
		[{ tiers: [9, 9].map((aboveInputTokens) => ({ aboveInputTokens, rates })) }, 'tiers.1.aboveInputTokens'],
		[{ rates: null, markUpBasisPoints: 1, tiers: [{ aboveInputTokens: 5, rates }] }, 'tiers'],
		[{ validFrom: '2026-01-02T00:00:00Z', validUntil: '2026-01-02T00:00:00Z' }, 'validUntil'],
		[{ validFrom: 'soon' }, 'validFrom'],
		[{ model: 'a\u0000b' }, 'model'],
		[{ organizationId: newId() }, 'organizationId'],
		[{ revision: 5 }, 'revision'],
	])('refuse %j, naming the field', async (over, field) => {
		expect(await ask('POST', '', { model: 'm', rates, ...over })).toMatchObject({ status: 400, fields: [field] });
	});

	it('are one for each place and moment, and attached to no provider of another organization', async () => {
		const place = { model: 'once', validFrom: '2026-02-01T00:00:00Z' };
		await create(place);
		expect(await ask('POST', '', { rates, ...place })).toMatchObject({ status: 409, code: 'already_exists' });
		const [provider] = await asOwner<{ id: string }>(
			`INSERT INTO providers (organization_id, id, name, kind, base_url) VALUES ($1, $2, 'p', 'ollama', 'http://localhost') RETURNING id`,
			[stranger.organizationId, newId()],
		);
		expect(await ask('POST', '', { model: 'm', rates, providerId: provider?.id })).toMatchObject({ status: 404 });
		expect((await ask('POST', '', { model: 'm', rates, providerId: provider?.id }, stranger)).status).toBe(201);
	});

	it("are of the organization alone; the installation's can be seen by all and changed by none of them", async () => {
		const { id } = await create({ model: 'mine-only' });
		for (const [method, body] of [['GET'], ['PATCH', { source: 'x' }], ['DELETE']] as const)
			expect((await ask(method, `/${id}`, body, stranger)).status).toBe(404);
		expect((await ask('GET', `/${installation}`, undefined, stranger)).data).toMatchObject({ table: 'installation' });
		for (const [method, body] of [['PATCH', { source: 'x' }], ['DELETE']] as const)
			expect((await ask(method, `/${installation}`, body)).status).toBe(404);
		expect(await ask('POST', '', { model: 'm', rates }, viewer)).toMatchObject({ status: 403 });
	});
});

describe('the list of prices', () => {
	const list = async (query: string): Promise<Price[]> => {
		const items: Price[] = [];
		for (let cursor: string | null = ''; cursor !== null; ) {
			const next: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
			const { data, text } = await ask<Prices>('GET', `?${query}${next}`);
			if (data === undefined) throw new Error(text);
			items.push(...data.items);
			cursor = data.nextCursor;
		}
		return items;
	};

	it("has the organization's, the installation's and the shipped ones, each once, in pages", async () => {
		await create({ model: 'paged' });
		const all = await list('limit=7');
		const tables = all.map(({ table }) => table);
		expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
		expect(new Set(tables)).toEqual(new Set(['own', 'installation', 'shipped']));
		expect(tables.indexOf('shipped')).toBe(tables.filter((table) => table !== 'shipped').length);
		for (const table of ['own', 'installation', 'shipped'])
			expect(await list(`table=${table}&limit=50`)).toEqual(all.filter((price) => price.table === table));
	});

	it('says what a model costs on a day', async () => {
		await create({
			model: 'gpt-4*',
			vendor: 'openai',
			validFrom: '2024-10-02T12:00:00Z',
			validUntil: '2024-10-04T00:00:00Z',
		});
		const on = async (day: string) =>
			(await list(`model=gpt-4o-2024-08-06&vendor=openai&day=${day}`)).map(
				({ model, validFrom }) => `${model} ${String(validFrom).slice(0, 10)}`,
			);
		expect(await on('2024-10-01')).toEqual(['gpt-4o 2024-05-13']);
		expect(await on('2024-10-02')).toEqual(['gpt-4* 2024-10-02', 'gpt-4o 2024-10-02']);
		expect(await on('2024-10-04')).toEqual(['gpt-4o 2024-10-02']);
		expect(await list('model=none-such&vendor=openai&table=shipped')).toEqual([]);
	});
});

it('an organization says how broken calls are charged, and what is charged follows', async () => {
	const patch = (chargeInterrupted: string) =>
		askApi(api, owner, ['PATCH', '/organizations/current', { chargeInterrupted }]);
	expect((await askApi(api, owner, ['GET', '/organizations/current'])).data).toMatchObject({
		chargeInterrupted: 'delivered',
	});
	expect((await patch('upstream')).data).toMatchObject({ chargeInterrupted: 'upstream' });
	expect((await api.app.get(PriceBook).of(owner.organizationId)).chargeInterrupted).toBe('upstream');
	expect(await patch('never')).toMatchObject({ status: 400, fields: ['chargeInterrupted'] });
});

describe('charging a period anew', () => {
	const period = { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' };
	it('is started once at a time, put on record, and seen by the organization alone', async () => {
		const started = await ask('POST', '/reratings', period);
		expect(started).toMatchObject({ status: 202, data: { models: null, finishedAt: null, createdBy: owner.userId } });
		const { id } = started.data;
		expect(await ask('POST', '/reratings', period)).toMatchObject({ status: 409, code: 'already_exists' });
		expect((await ask('GET', `/reratings/${id}`, undefined, viewer)).data).toEqual(started.data);
		expect((await ask('GET', `/reratings/${id}`, undefined, stranger)).status).toBe(404);
		expect((await ask<Prices>('GET', '/reratings')).data.items).toEqual([started.data]);
		expect((await ask<Prices>('GET', '/reratings', undefined, stranger)).data.items).toEqual([]);
		expect(await asOwner('SELECT action FROM audit_events WHERE target_id = $1', [id])).toEqual([
			{ action: 'price.rerate' },
		]);
		expect(await asOwner('SELECT payload FROM outbox WHERE organization_id = $1', [owner.organizationId])).toEqual([
			{ payload: { reratingId: id } },
		]);
	});

	it.each([
		[{ from: period.to, to: period.from }, 'to'],
		[{ from: period.from, to: '2099-01-01T00:00:00Z' }, 'from'],
		[{ from: new Date().toISOString(), to: new Date(Date.now() + 60_000).toISOString() }, 'to'],
		[{ from: period.from }, 'to'],
	])('is refused for %j', async (body, field) => {
		expect(await ask('POST', '/reratings', body)).toMatchObject({ status: 400, fields: [field] });
	});
});
