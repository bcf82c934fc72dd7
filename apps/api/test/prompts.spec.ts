import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asOwner, freshDatabase, testConfig } from '#libs/testing';
import { namesIn } from '#libs/prompts';
import { askApi } from './support/ask-api.js';
import { startApi, type TestApi } from './support/start-api.js';
import { addMember, addTenant, type Tenant } from './support/tenants.js';

interface Prompt {
	readonly id: string;
	readonly [field: string]: unknown;
}
interface Listed<Item> {
	readonly items: readonly Item[];
	readonly nextCursor: string | null;
}

let api: TestApi;
let anna: Tenant;
let colleague: Tenant;
let stranger: Tenant;

beforeAll(async () => {
	await freshDatabase();
	api = await startApi();
	const config = testConfig('api');
	[anna, stranger] = await Promise.all([addTenant(config), addTenant(config)]);
	colleague = await addMember(config, anna, 'basic');
});
afterAll(() => api?.stop());

const ask = <T = Prompt>(method: string, path: string, body?: unknown, by = anna) =>
	askApi<T>(api, by, [method, `/prompts${path}`, body]);
const greeting = { name: 'Greeting', template: 'Hi {{who}}!', variables: [{ name: 'who', type: 'text' }] };
async function made(over: object = {}): Promise<Prompt> {
	const { data, status, text } = await ask('POST', '', { ...greeting, ...over });
	if (status !== 201) throw new Error(text);
	return data;
}
const render = (id: string, body: object, by = anna) =>
	ask<{ text: string; version: number }>('POST', `/${id}/render`, body, by);

describe('prompts', () => {
	it('have versions that stay, labels that move, and are rendered by either', async () => {
		const { id } = await made();
		const second = await ask<object>('POST', `/${id}/versions`, {
			...greeting,
			name: undefined,
			template: 'Bye {{who}}!',
		});
		expect(second).toMatchObject({ status: 201, data: { version: 2, template: 'Bye {{who}}!' } });
		expect((await ask('PUT', `/${id}/labels/production`, { version: 1 })).data).toMatchObject({
			latestVersion: 2,
			labels: { production: 1 },
		});
		const values = { who: 'Bo' };
		expect((await render(id, { values })).data).toEqual({ text: 'Bye Bo!', model: null, version: 2 });
		expect((await render(id, { values, label: 'production' })).data.text).toBe('Hi Bo!');
		expect((await render(id, { values, version: 1 })).data.text).toBe('Hi Bo!');
		expect(await render(id, { values: {} })).toMatchObject({ status: 400, fields: ['values.who'] });
		expect((await render(id, { values, version: 3 })).status).toBe(404);
		expect((await render(id, { values, label: 'none' })).status).toBe(404);
		expect((await ask('PUT', `/${id}/labels/production`, { version: 3 })).status).toBe(404);
		expect((await ask('DELETE', `/${id}/labels/production`)).status).toBe(204);
		expect((await ask('DELETE', `/${id}/labels/production`)).status).toBe(404);
		const versions = (await ask<Listed<{ version: number }>>('GET', `/${id}/versions`)).data.items;
		expect(versions.map(({ version }) => version)).toEqual([2, 1]);
		expect((await ask('PATCH', `/${id}`, { name: 'Renamed' })).data).toMatchObject({
			name: 'Renamed',
			latestVersion: 2,
		});
		expect((await ask('DELETE', `/${id}`)).status).toBe(204);
		expect((await ask('GET', `/${id}`)).status).toBe(404);
	});

	it('are refused when template and variables do not fit', async () => {
		const wrong = await ask('POST', '', { ...greeting, template: 'Hi {{you}}' });
		expect(wrong).toMatchObject({ status: 400, code: 'validation_failed', fields: ['template', 'variables.0'] });
	});

	it('are their owner’s; shared ones are read by the organization, none by others', async () => {
		const [personal, shared] = [await made(), await made({ visibility: 'shared' })];
		expect((await ask('GET', `/${personal.id}`, undefined, colleague)).status).toBe(404);
		expect((await ask('GET', `/${shared.id}`, undefined, colleague)).data).toMatchObject({ isOwn: false });
		expect((await render(shared.id, { values: { who: 'x' } }, colleague)).status).toBe(200);
		for (const [by, id] of [
			[colleague, shared.id],
			[stranger, shared.id],
			[stranger, personal.id],
		] as const) {
			expect((await ask('PATCH', `/${id}`, { name: 'x' }, by)).status).toBe(404);
			expect((await ask('POST', `/${id}/versions`, { template: 'x' }, by)).status).toBe(404);
			expect((await ask('PUT', `/${id}/labels/x`, { version: 1 }, by)).status).toBe(404);
			expect((await ask('DELETE', `/${id}`, undefined, by)).status).toBe(404);
		}
		expect((await render(shared.id, { values: { who: 'x' } }, stranger)).status).toBe(404);
		expect((await ask('GET', `/${shared.id}/versions`, undefined, stranger)).status).toBe(404);
	});
});

it('fifteen come with the installation; everybody renders them, nobody changes them', async () => {
	const all = (await ask<Listed<Prompt>>('GET', '?limit=100', undefined, stranger)).data.items;
	const shipped = all.filter(({ isBuiltIn }) => isBuiltIn);
	expect(shipped).toHaveLength(15);
	for (const { id } of shipped) {
		const [version] = (await ask<Listed<{ template: string }>>('GET', `/${id}/versions`, undefined, stranger)).data
			.items;
		const values = Object.fromEntries(namesIn(version?.template ?? '').map((name) => [name, 'x']));
		const typed = {
			...values,
			...('points' in values ? { points: 3 } : {}),
			...('count' in values ? { count: 3 } : {}),
		};
		for (const name of ['tone', 'dialect']) delete (typed as Record<string, unknown>)[name];
		const answer = await render(id, { values: typed }, stranger);
		expect([id, answer.status, answer.text.includes('{{')]).toEqual([id, 200, false]);
		expect((await ask('PATCH', `/${id}`, { name: 'x' })).status).toBe(404);
	}
	const found = await ask<Listed<Prompt>>('GET', '?search=TRANSL', undefined, stranger);
	expect(found.data.items.map(({ name }) => name)).toEqual(['Translate']);
	await expect(asOwner(`SELECT FROM prompts WHERE visibility = 'shared' AND user_id IS NULL`)).resolves.toHaveLength(
		15,
	);
});
