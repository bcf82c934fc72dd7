import { describe, expect, it } from '@jest/globals';
import { readSettings } from '../../provider-settings.js';
import type { Provider, ProviderKind } from '../../provider.js';
import { OpenAiAdapter } from './openai.adapter.js';

const adapter = new OpenAiAdapter();
const provider = (kind: ProviderKind, settings: object = {}, baseUrl = 'https://api.test/v1/'): Provider => ({
	organizationId: 'o',
	id: 'p',
	name: 'n',
	kind,
	baseUrl,
	credentials: [],
	credential: 'secret',
	settings: readSettings(settings),
	isShared: false,
	revision: '1',
});
const azure = (settings: object = {}) =>
	provider('openai', { variant: 'azure', ...settings }, 'https://res.openai.azure.test');
const body = Buffer.from('{"messages":[],"model":"gpt 4/o"}');

describe("OpenAI's upstreams", () => {
	it('are called below their base URL with a Bearer credential', () => {
		const { method, path, headers } = adapter.request(provider('openai-compatible'), 'openai/completions', body);
		expect([method, path, headers.authorization]).toEqual(['POST', '/v1/completions', 'Bearer secret']);
		expect(adapter.listRequest(provider('openai')).path).toBe('/v1/models');
	});

	it.each([
		['openai', {}, true, true],
		['openai', { variant: 'azure' }, true, false],
		['openai-compatible', {}, true, false],
		['echo', {}, false, false],
	] as const)('of kind %s with %p pass completions: %p, responses: %p', (kind, settings, completions, responses) => {
		const one = provider(kind, settings);
		expect([adapter.serves(one, 'openai/completions'), adapter.serves(one, 'openai/responses')]).toEqual([
			completions,
			responses,
		]);
		expect([adapter.serves(one, 'openai/chat'), adapter.serves(one, 'ollama/chat')]).toEqual([true, false]);
	});

	it('send the credential in the header that the settings name', () => {
		const { headers } = adapter.request(
			provider('openai-compatible', { credentialHeader: 'x-api-key' }),
			'openai/chat',
			body,
		);
		expect([headers['x-api-key'], headers.authorization]).toEqual(['secret', undefined]);
	});
});

describe('Azure', () => {
	it('has the deployment and the version in the URL, and a header of its own', () => {
		const { path, headers } = adapter.request(azure({ apiVersion: '2025-01-01-preview' }), 'openai/chat', body);
		expect(path).toBe('/openai/deployments/gpt%204%2Fo/chat/completions?api-version=2025-01-01-preview');
		expect([headers['api-key'], headers.authorization]).toEqual(['secret', undefined]);
		expect(adapter.listRequest(azure()).path).toBe('/openai/models?api-version=2024-10-21');
	});

	it('takes a Bearer token where the settings say so', () => {
		const { headers } = adapter.request(azure({ credentialHeader: 'authorization' }), 'openai/embeddings', body);
		expect([headers['api-key'], headers.authorization]).toEqual([undefined, 'Bearer secret']);
	});
});
