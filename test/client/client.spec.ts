import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createParallamaClient } from '#libs/client';
import { freshDatabase, testConfig } from '#libs/testing';
import { startApi, type TestApi } from '../../apps/api/test/support/start-api.js';
import { addTenant, type Tenant } from '../../apps/api/test/support/tenants.js';
import { breakingChanges } from '../../tools/openapi/compare.mjs';

let api: TestApi;
let tenant: Tenant;
beforeAll(async () => {
	await freshDatabase();
	api = await startApi({ ECHO_PROVIDER: 'on' });
	tenant = await addTenant(testConfig('api'));
});
afterAll(() => api?.stop());

describe('the generated client, against a running api', () => {
	const client = (credential = tenant.key) => createParallamaClient({ baseUrl: api.url, credential });

	it('creates and reads with the types of the document', async () => {
		const made = await client().POST('/api/v1/projects', { body: { name: 'Support bot' } });
		expect(made.response.status).toBe(201);
		const id: string | undefined = made.data?.data.id;
		expect(id).toMatch(/^[0-9a-f-]{36}$/);
		const listed = await client().GET('/api/v1/projects', { params: { query: { limit: 5 } } });
		expect(listed.data?.data.items.map((project) => project.name)).toContain('Support bot');
	});

	it('has failures typed as well', async () => {
		const { error, response } = await client('pl_nothing').GET('/api/v1/projects');
		expect(response.status).toBe(401);
		expect(error?.error.code).toBe('invalid_api_key');
		// @ts-expect-error a path that the document does not have
		const unknown = await client().GET('/api/v1/nothing');
		expect(unknown.response.status).toBe(404);
	});

	it('calls a model through a dialect', async () => {
		const { data } = await client().POST('/openai/v1/chat/completions', {
			body: { model: 'echo', messages: [{ role: 'user', content: 'Hello' }] },
		});
		expect(JSON.stringify(data)).toContain('Hello');
	});
});

describe('the comparison with the document of the last release', () => {
	const document = (operation: object) => ({
		paths: { '/x': { post: operation } },
		components: { schemas: { Thing: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] } } },
	});
	const json = (schema: object) => ({ content: { 'application/json': { schema } } });
	const body = (required: readonly string[]) =>
		json({ type: 'object', properties: { name: { type: 'string' } }, required });
	const old = document({ requestBody: body([]), responses: { 200: json({ $ref: '#/components/schemas/Thing' }) } });

	it('lets additions pass', () => {
		const more = json({
			type: 'object',
			properties: { id: { type: 'string' }, more: { type: 'string' } },
			required: ['id', 'more'],
		});
		expect(breakingChanges(old, document({ requestBody: body([]), responses: { 200: more } }))).toEqual([]);
	});

	it('names what callers would trip over', () => {
		const now = document({
			parameters: [{ in: 'query', name: 'which', required: true }],
			requestBody: body(['name']),
			responses: { 200: json({ type: 'object', properties: {} }) },
		});
		expect(breakingChanges(old, now)).toEqual([
			'POST /x: the parameter query which is needed now',
			'POST /x body.name: is required now',
			'POST /x 200.id: is gone',
			'POST /x 200.id: may be missing now',
		]);
		expect(breakingChanges(old, { paths: {} })).toEqual(['POST /x: is gone']);
	});
});
