import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#libs/kernel';
import { asOwner, freshDatabase, type MockUpstream, startMockUpstream, testConfig } from '#libs/testing';
import { askApi, type Provider } from './support/ask-api.js';
import { startApi, type TestApi } from './support/start-api.js';
import { addOperator, addTenant, type Tenant } from './support/tenants.js';

interface Alias {
	id: string;
	name: string;
	[field: string]: unknown;
}

let api: TestApi;
let upstream: MockUpstream;
let tenant: Tenant;
let stranger: Tenant;
let provider: Provider;
let theirs: Provider;

const addProvider = async (by: Tenant, name: string, over: object = {}): Promise<Provider> => {
	const input = { name, kind: 'openai-compatible', baseUrl: `${upstream.url}/v1`, ...over };
	return (await askApi(api, by, ['POST', '/providers', input])).data;
};

beforeAll(async () => {
	await freshDatabase();
	upstream = await startMockUpstream({ models: ['gpt-x', 'org/small:1'] });
	api = await startApi({ EGRESS_ALLOW: '127.0.0.1' });
	[tenant, stranger] = await Promise.all([addTenant(testConfig('api')), addTenant(testConfig('api'))]);
	provider = await addProvider(tenant, 'vllm');
	theirs = await addProvider(stranger, 'vllm');
});
afterAll(async () => {
	await api?.stop();
	await upstream?.close();
});

const ask = <T = Alias>(method: string, path: string, body?: unknown, by = tenant) =>
	askApi<T>(api, by, [method, `/aliases${path}`, body]);
const to = (model: string, providerId = provider.id) => ({ providerId, model });
let count = 0;
const create = async (over: object = {}, by = tenant): Promise<Alias> => {
	const { data, status, text } = await ask('POST', '', { name: `a-${++count}`, targets: [to('gpt-x')], ...over }, by);
	if (status !== 201) throw new Error(text);
	return data;
};
const chat = async (model: string, by = tenant) => {
	const response = await fetch(`${api.url}/v1/chat/completions`, {
		method: 'POST',
		headers: { 'x-api-key': by.key },
		body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] }),
	});
	const body = (await response.json()) as { model?: string; error?: { code: string } };
	return { status: response.status, model: body.model, code: body.error?.code };
};

describe('aliases', () => {
	it('are made, seen, listed, changed and removed', async () => {
		const made = await create({ policy: 'weighted', targets: [to('gpt-x'), { ...to('org/small:1'), weight: 3 }] });
		expect(made).toMatchObject({ policy: 'weighted', stickyBy: null, isEnabled: true, allowDroppedParams: false });
		expect(made.targets).toEqual([
			{ ...to('gpt-x'), weight: 1, priority: 0 },
			{ ...to('org/small:1'), weight: 3, priority: 0 },
		]);
		const changed = await ask('PATCH', `/${made.id}`, { policy: 'sticky', defaultOutputCap: 512 });
		expect(changed.data).toMatchObject({ policy: 'sticky', stickyBy: 'conversation', defaultOutputCap: 512 });
		expect(changed.data.targets).toEqual(made.targets);
		expect((await ask('GET', `/${made.id}`)).data).toEqual(changed.data);
		const listed = await ask<{ items: Alias[]; nextCursor: string | null }>('GET', '?limit=1');
		expect(listed.data.items).toEqual([changed.data]);
		expect((await ask('DELETE', `/${made.id}`)).status).toBe(204);
		expect((await ask('GET', `/${made.id}`)).status).toBe(404);
		const events = await asOwner<{ action: string }>(
			'SELECT action FROM audit_events WHERE target_id = $1 ORDER BY id',
			[made.id],
		);
		expect(events.map(({ action }) => action)).toEqual(['alias.create', 'alias.update', 'alias.delete']);
	});

	it('lead calls to a target, at once after each change', async () => {
		const { id, name } = await create({ name: 'team/fast:1' });
		expect(await chat(name)).toMatchObject({ status: 200, model: 'gpt-x' });
		await ask('PATCH', `/${id}`, { targets: [to('org/small:1')] });
		expect(await chat(name)).toMatchObject({ status: 200, model: 'org/small:1' });
		await ask('PATCH', `/${id}`, { isEnabled: false });
		expect(await chat(name)).toMatchObject({ status: 404, code: 'model_not_found' });
	});

	it('come before a model of their name; shared ones before models and after own ones', async () => {
		const operator = await addOperator(testConfig('api'));
		const everybodys = await addProvider(operator, 'everybodys', { isShared: true });
		const target = to('org/small:1', everybodys.id);
		await create({ name: 'gpt-x', isShared: true, targets: [target] }, operator);
		expect(await chat('gpt-x')).toMatchObject({ model: 'org/small:1' });
		expect(await chat('gpt-x', stranger)).toMatchObject({ model: 'org/small:1' });
		const { id } = await create({ name: 'gpt-x' });
		expect(await chat('gpt-x')).toMatchObject({ model: 'gpt-x' });
		await ask('DELETE', `/${id}`);
		expect((await ask('POST', '', { name: 'mine', isShared: true, targets: [target] })).code).toBe('not_shareable');
		expect((await create({ targets: [target] })).targets).toMatchObject([target]);
	});

	it('keep their providers from being removed, and say so when none can be called', async () => {
		const spare = await addProvider(tenant, 'spare');
		const { id, name } = await create({ targets: [to('gpt-x', spare.id)] });
		const refused = await askApi(api, tenant, ['DELETE', `/providers/${spare.id}`]);
		expect(refused).toMatchObject({ status: 409, code: 'provider_in_use', text: expect.stringContaining(name) });
		await askApi(api, tenant, ['PATCH', `/providers/${spare.id}`, { isEnabled: false }]);
		expect(await chat(name)).toMatchObject({ status: 503, code: 'no_usable_target' });
		await ask('DELETE', `/${id}`);
		expect((await askApi(api, tenant, ['DELETE', `/providers/${spare.id}`])).status).toBe(204);
	});

	it.each([
		[{ targets: [] }, 'targets'],
		[{ name: 'with space' }, 'name'],
		[{ policy: 'random' }, 'policy'],
		[{ stickyBy: 'conversation' }, 'stickyBy'],
		[{ targets: [{ providerId: newId(), model: 'm', weight: -1 }] }, 'targets.0.weight'],
		[{ targets: [{ providerId: 'x', model: 'm' }] }, 'targets.0.providerId'],
		[{ defaultOutputCap: 0 }, 'defaultOutputCap'],
		[{ organizationId: newId() }, 'organizationId'],
	])('refuse %j, naming the field', async (over, field) => {
		const made = await create();
		const answers = [
			await ask('POST', '', { name: 'bad', targets: [to('m')], ...over }),
			await ask('PATCH', `/${made.id}`, over),
		];
		for (const answer of answers)
			expect(answer).toMatchObject({ status: 400, code: 'validation_failed', fields: [field] });
	});

	it('take no provider of another organization: it is like one that does not exist', async () => {
		const made = await create();
		const withoutId = ({ status, text }: { status: number; text: string }) => [
			status,
			text.replace(/"requestId":"[^"]+"/, ''),
		];
		for (const [method, path, over] of [
			['POST', '', { name: 'x' }],
			['PATCH', `/${made.id}`, {}],
		] as const) {
			const [foreign, random] = [
				await ask(method, path, { ...over, targets: [to('m'), to('gpt-x', theirs.id)] }),
				await ask(method, path, { ...over, targets: [to('m'), to('gpt-x', newId())] }),
			];
			expect(withoutId(foreign)).toEqual(withoutId(random));
			expect(foreign).toMatchObject({ status: 404, fields: ['targets.1.providerId'] });
		}
		const hidden = await create({ targets: [to('gpt-x', theirs.id)] }, stranger);
		for (const [method, body] of [['GET'], ['PATCH', { name: 'stolen' }], ['DELETE']] as const)
			expect(withoutId(await ask(method, `/${hidden.id}`, body))).toEqual(
				withoutId(await ask(method, `/${newId()}`, body)),
			);
		expect(await chat(hidden.name)).toMatchObject({ status: 404 });
	});

	it('have one name each in an organization', async () => {
		const { name } = await create();
		expect(await ask('POST', '', { name, targets: [to('m')] })).toMatchObject({ status: 409, code: 'already_exists' });
	});

	it('stand in the lists of the dialects', async () => {
		const { name } = await create({ name: 'in-lists' });
		const get = async <T>(path: string): Promise<T> =>
			(await (await fetch(api.url + path, { headers: { 'x-api-key': tenant.key } })).json()) as T;
		const { data } = await get<{ data: { id: string }[] }>('/v1/models');
		expect(data.filter(({ id }) => id === name)).toHaveLength(1);
		expect(await get(`/v1/models/${name}`)).toMatchObject({ id: name, owned_by: 'parallama' });
		const { models } = await get<{ models: { model: string }[] }>('/api/tags');
		expect(models.map(({ model }) => model)).toContain(name);
	});
});
