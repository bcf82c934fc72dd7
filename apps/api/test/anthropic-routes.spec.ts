import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ThreeProtocols } from './support/three-protocols.js';

let all: ThreeProtocols;
beforeAll(async () => {
	all = await ThreeProtocols.start();
});
afterAll(() => all?.close());
beforeEach(() => all.reset());

const read = async <T>(answer: Response | Promise<Response>): Promise<T> => (await (await answer).json()) as T;

const say = (model: string, content: unknown, more: object = {}) => ({
	model,
	max_tokens: 512,
	messages: [{ role: 'user', content }],
	...more,
});

describe('models', () => {
	const version = { 'anthropic-version': '2023-06-01' };
	it.each([
		['/anthropic/v1/models', {}],
		['/v1/models', version],
	] as const)('%s lists them page by page', async (path, headers) => {
		const ids: string[] = [];
		let after = '';
		for (let more = true; more; ) {
			const page = await read<{ data: { id: string; type: string }[]; has_more: boolean; last_id: string }>(
				all.get(`${path}?limit=2${after}`, headers),
			);
			ids.push(...page.data.map(({ id }) => id));
			more = page.has_more;
			after = `&after_id=${encodeURIComponent(page.last_id)}`;
		}
		expect(ids.toSorted()).toEqual(['claude-x', 'gpt-x', 'llama:latest', 'ns/claude:1']);
	});

	it('are found by ids with slashes and colons', async () => {
		for (const id of ['ns/claude:1', 'ns%2Fclaude%3A1'])
			expect(await read(all.get(`/anthropic/v1/models/${id}`))).toMatchObject({
				type: 'model',
				id: 'ns/claude:1',
				lifecycle: 'active',
				created_at: '2026-01-01T00:00:00.000Z',
			});
		expect(await read(all.get('/v1/models/gpt-x', version))).toMatchObject({ id: 'gpt-x', max_tokens: null });
		expect(await read(all.get('/v1/models/none', version))).toMatchObject({ error: { type: 'not_found_error' } });
		expect((await read<{ object?: string }>(all.get('/v1/models'))).object).toBe('list');
	});
});

describe('refusals', () => {
	const cases: [object, Record<string, string>, number, string, string][] = [
		[{ model: 'gpt-x', messages: [] }, {}, 400, 'invalid_request_error', 'max_tokens'],
		[{ model: 'gpt-x', max_tokens: 1, messages: 'hi' }, {}, 400, 'invalid_request_error', 'messages'],
		[say('none', 'x'), {}, 404, 'not_found_error', 'model'],
		[
			say('claude-x', 'x', { temperature: 1 }),
			{ 'anthropic-version': '2026-10-21' },
			400,
			'invalid_request_error',
			'temperature',
		],
		[
			say('gpt-x', 'x', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }),
			{},
			400,
			'invalid_request_error',
			'tools.0.type',
		],
		[
			say('gpt-x', [{ type: 'image', source: { type: 'file', file_id: 'f' } }]),
			{},
			400,
			'invalid_request_error',
			'messages.0.content.0.source',
		],
	];
	it.each(cases)('%j with %j is %i %s, naming %s', async (body, headers, status, type, param) => {
		const answer = await all.post('/anthropic/v1/messages', body, { headers });
		expect([answer.status, await read(answer)]).toMatchObject([status, { type: 'error', error: { type, param } }]);
	});

	it.each([
		['GET', '/anthropic/v1/messages/batches', 404, 'not_found_error', 'unsupported_endpoint'],
		['POST', '/v1/messages/batches', 404, 'not_found_error', 'unsupported_endpoint'],
		['POST', '/anthropic/v1/complete', 404, 'not_found_error', 'unsupported_endpoint'],
		['GET', '/anthropic/v1/files', 404, 'not_found_error', 'unsupported_endpoint'],
		['POST', '/anthropic/v1/sessions', 404, 'not_found_error', 'unsupported_endpoint'],
		['GET', '/anthropic/v1/nowhere', 404, 'not_found_error', 'not_found'],
	])('%s %s is %i %s %s', async (method, path, status, type, code) => {
		const answer = await fetch(all.api.url + path, { method, headers: { 'x-api-key': all.tenant.key } });
		expect([answer.status, await read(answer)]).toMatchObject([status, { type: 'error', error: { type, code } }]);
	});

	it('a bad key is refused in every carrier, a good one taken', async () => {
		for (const headers of [{ 'x-api-key': 'pl_wrong' }, { 'x-api-key': '', authorization: 'Bearer pl_wrong' }]) {
			const answer = await fetch(`${all.api.url}/v1/messages`, { method: 'POST', headers, body: '{}' });
			expect([answer.status, await read(answer)]).toMatchObject([401, { error: { type: 'authentication_error' } }]);
		}
		const bearer = await fetch(`${all.api.url}/anthropic/v1/models`, {
			headers: { authorization: `Bearer ${all.tenant.key}` },
		});
		expect(bearer.status).toBe(200);
	});
});
