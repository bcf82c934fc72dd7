import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module } from '@nestjs/common';
import { z } from 'zod';
import type { Config } from '#libs/config';
import { freshDatabase, testConfig } from '#libs/testing';
import { ClientInfo, Public } from '../src/edge/access.decorators.js';
import { RespondsBare } from '../src/edge/responds.decorator.js';
import { startApi, type TestApi } from './support/start-api.js';
import { addTenant, type Tenant } from './support/tenants.js';

@Controller('whoami')
class ClientController {
	@Get()
	@Public()
	@RespondsBare(200, z.object({ ip: z.string(), userAgent: z.string().optional() }))
	whoami(@ClientInfo() client: ClientInfo): ClientInfo {
		return client;
	}
}
@Module({ controllers: [ClientController] })
class ClientModule {}

const options = { modules: [ClientModule] };

describe('headers', () => {
	let api: TestApi;
	let config: Config;
	let tenant: Tenant;
	beforeAll(async () => {
		await freshDatabase();
		config = testConfig('api');
		api = await startApi({ CORS_ORIGINS: 'https://app.test,https://other.test,null' }, options);
		tenant = await addTenant(config);
	});
	afterAll(() => api.stop());

	const at = async (path: string, headers: Record<string, string> = {}, method = 'GET') => {
		const answer = await fetch(api.url + path, { method, headers });
		await answer.arrayBuffer();
		return answer;
	};
	const auth = () => ({ authorization: `Bearer ${tenant.key}` });

	it('protect every answer, also errors', async () => {
		for (const path of ['/', '/api/v1/projects', '/nowhere', '/v1/models', '/api/chat', '/%zz'.replace('%zz', 'x')]) {
			const { headers } = await at(path, auth());
			expect(Object.fromEntries(headers)).toMatchObject({
				'cache-control': 'no-store',
				'x-content-type-options': 'nosniff',
				'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
				'referrer-policy': 'no-referrer',
			});
			expect(headers.get('server')).toBeNull();
			expect(headers.get('x-powered-by')).toBeNull();
			expect(headers.get('strict-transport-security')).toBeNull(); // PUBLIC_URL is http
		}
	});

	it('promise HTTPS when the public URL has it', async () => {
		const secure = await startApi({ PUBLIC_URL: 'https://parallama.test' });
		const { headers } = await fetch(`${secure.url}/health`);
		await secure.stop();
		expect(headers.get('strict-transport-security')).toMatch(/^max-age=\d{8}/);
	});

	it('listed origins may call, with their cookies; others get no permission', async () => {
		const listed = await at('/health', { origin: 'https://app.test' });
		expect(listed.headers.get('access-control-allow-origin')).toBe('https://app.test');
		expect(listed.headers.get('access-control-allow-credentials')).toBe('true');
		expect(listed.headers.get('access-control-expose-headers')).toContain('x-request-id');
		for (const origin of [
			'https://evil.test',
			'https://app.test.evil.test',
			'http://app.test',
			'HTTPS://APP.TEST',
			'null',
			'*',
			'',
		]) {
			const answer = await at('/health', { origin });
			expect(answer.headers.get('access-control-allow-origin')).toBeNull();
			expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
			expect(answer.headers.get('vary')).toBe('Origin');
		}
	});

	it('a preflight is answered for listed origins, also on dialect routes', async () => {
		const ask = {
			origin: 'https://app.test',
			'access-control-request-method': 'POST',
			'access-control-request-headers': 'authorization, content-type, x-stainless-lang',
		};
		for (const path of ['/api/v1/projects', '/v1/chat/completions', '/ollama/api/chat']) {
			const answer = await at(path, ask, 'OPTIONS');
			expect(answer.status).toBe(204);
			expect(answer.headers.get('access-control-allow-headers')).toBe(ask['access-control-request-headers']);
			expect(answer.headers.get('access-control-allow-methods')).toContain('POST');
		}
		expect((await at('/api/v1/projects', { ...ask, origin: 'https://evil.test' }, 'OPTIONS')).status).toBe(405);
	});

	it('an open list means anyone, without cookies; an empty one nobody', async () => {
		const open = await startApi({ CORS_ORIGINS: '*' });
		const closed = await startApi();
		const answers = [];
		for (const { url } of [open, closed])
			answers.push(await fetch(`${url}/health`, { headers: { origin: 'https://any.test' } }));
		const none = await fetch(`${open.url}/health`, { headers: { origin: 'null' } });
		await Promise.all([open.stop(), closed.stop()]);
		expect(answers.map(({ headers }) => headers.get('access-control-allow-origin'))).toEqual(['*', null]);
		expect(answers.map(({ headers }) => headers.get('access-control-allow-credentials'))).toEqual([null, null]);
		expect(none.headers.get('access-control-allow-origin')).toBeNull();
	});

	const forged = {
		'x-forwarded-for': '203.0.113.9',
		'x-forwarded-host': 'evil.test',
		'x-forwarded-proto': 'https',
		forwarded: 'for=203.0.113.9;host=evil.test',
		'x-real-ip': '203.0.113.9',
		'x-user-id': 'admin',
	};
	const ipAt = async (url: string, headers: Record<string, string>) =>
		((await (await fetch(`${url}/whoami`, { headers })).json()) as ClientInfo).ip;

	it('forwarding headers of strangers are ignored, those of trusted proxies count', async () => {
		expect(await ipAt(api.url, forged)).toBe('127.0.0.1');
		const behind = await startApi({ TRUSTED_PROXIES: '127.0.0.0/8' }, options);
		const ip = await ipAt(behind.url, { ...forged, 'x-forwarded-for': '198.51.100.1, 203.0.113.9' });
		await behind.stop();
		expect(ip).toBe('203.0.113.9'); // what the proxy saw, not what the client wrote before it
	});

	it('a long user agent is cut', async () => {
		const answer = await fetch(`${api.url}/whoami`, { headers: { 'user-agent': 'x'.repeat(5_000) } });
		expect(((await answer.json()) as ClientInfo).userAgent).toHaveLength(256);
	});

	it('HEAD is answered as GET without its body', async () => {
		for (const path of ['/', '/health', '/ollama']) {
			const answer = await fetch(api.url + path, { method: 'HEAD' });
			expect([answer.status, await answer.text()]).toEqual([200, '']);
		}
	});
});
