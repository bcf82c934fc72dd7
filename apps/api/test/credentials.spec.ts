import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Config } from '#libs/config';
import { SigningKeys } from '#libs/identity';
import { generateKey } from '#libs/keys';
import { asOwner, freshDatabase, testConfig } from '#libs/testing';
import { sendRaw } from './support/raw-socket.js';
import { startApi, type TestApi } from './support/start-api.js';
import { accessToken, addSession, addTenant, type Tenant } from './support/tenants.js';

describe('credentials', () => {
	let api: TestApi;
	let config: Config;
	let tenant: Tenant;
	let other: Tenant;
	let session: string;
	beforeAll(async () => {
		await freshDatabase();
		config = testConfig('api');
		api = await startApi();
		tenant = await addTenant(config);
		other = await addTenant(config);
		session = await addSession(tenant);
	});
	afterAll(() => api.stop());

	const ask = async (headers: RequestInit['headers'], path = '/api/v1/projects') => {
		const answer = await fetch(api.url + path, { headers });
		const body = (await answer.json()) as { error?: { code: string } };
		return { status: answer.status, code: body.error?.code };
	};
	const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

	it('a key is the same in every carrier, on platform and dialect routes', async () => {
		for (const path of ['/api/v1/projects', '/v1/models', '/ollama/api/tags'])
			for (const headers of [
				bearer(tenant.key),
				{ authorization: `bearer   ${tenant.key}` },
				{ 'x-api-key': tenant.key },
				{ 'api-key': tenant.key },
				{ ...bearer(tenant.key), 'x-api-key': tenant.key, 'api-key': tenant.key },
			])
				expect(await ask(headers, path)).toEqual({ status: 200, code: undefined });
	});

	it('two different credentials are 400, whichever carriers they use', async () => {
		for (const headers of [
			{ ...bearer(tenant.key), 'x-api-key': other.key },
			{ ...bearer(tenant.key), 'api-key': other.key },
			{ 'x-api-key': tenant.key, 'api-key': other.key },
			{ ...bearer(accessToken(config, tenant, session)), 'x-api-key': tenant.key },
		])
			expect(await ask(headers)).toEqual({ status: 400, code: 'conflicting_credentials' });
	});

	it('the query string, Basic and cookies are no carriers', async () => {
		const basic = Buffer.from(`x:${tenant.key}`).toString('base64');
		expect(await ask({}, `/api/v1/projects?api_key=${tenant.key}&access_token=${tenant.key}`)).toMatchObject({
			status: 401,
		});
		expect(await ask({ authorization: `Basic ${basic}` })).toEqual({ status: 401, code: 'missing_credentials' });
		expect(await ask({ authorization: tenant.key })).toEqual({ status: 401, code: 'missing_credentials' });
		expect(await ask({ cookie: `authorization=Bearer ${tenant.key}; parallama_refresh=${tenant.key}` })).toMatchObject({
			status: 401,
		});
	});

	it('odd bytes and lengths are 401 in the shape of the route', async () => {
		const { key } = tenant;
		const odd = [
			'',
			' ',
			`${key}\u00e9`,
			`\u00ff${key.slice(1)}`,
			`${key} `.repeat(2).trim(),
			`${key},${key}`,
			`"${key}"`,
			'a'.repeat(5_000),
			key.slice(0, -1),
			`${key}x`,
			key.toLowerCase(),
			`pl_${key}`,
		];
		for (const value of odd) {
			const head = `GET /v1/models HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer ${value}\r\n\r\n`;
			const { text } = await sendRaw(api.port, Buffer.from(head, 'latin1'));
			expect({ value, status: text.slice(9, 12) }).toEqual({ value, status: '401' });
			expect(text).toContain('"code":"invalid_api_key"');
		}
		const split = `GET /v1/models HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer ${key.slice(0, 9)}\r\n ${key.slice(9)}\r\n\r\n`;
		expect((await sendRaw(api.port, split)).statuses).not.toContain(200);
		const twice = `GET /v1/models HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer ${key}\r\nauthorization: Bearer ${other.key}\r\n\r\n`;
		expect((await sendRaw(api.port, twice)).statuses).toEqual([401]);
	});

	it('what cannot be a key costs no query', async () => {
		const [before] = await statements();
		for (let n = 0; n < 20; n++) {
			const { credential } = generateKey();
			const wrong = credential.slice(0, -1) + (credential.endsWith('0') ? '1' : '0');
			expect(await ask(bearer(wrong))).toEqual({ status: 401, code: 'invalid_api_key' });
			expect(await ask(bearer('x'.repeat(64)))).toEqual({ status: 401, code: 'invalid_api_key' });
		}
		expect(await statements()).toEqual([before]);
	});
	/** Transactions of the api's connections so far; the probes of the test itself run as the owner. */
	const statements = () =>
		asOwner<{ calls: string }>(
			`SELECT coalesce(string_agg(pid || query_start::text, ',' ORDER BY pid), '') AS calls
				FROM pg_stat_activity WHERE application_name = 'parallama-api' AND datname = current_database()`,
		);

	it('an access token works as Bearer only', async () => {
		const token = accessToken(config, tenant, session);
		expect(await ask(bearer(token))).toEqual({ status: 200, code: undefined });
		expect(await ask(bearer(token))).toEqual({ status: 200, code: undefined }); // from the cache of verified ones
		expect(await ask({ 'x-api-key': token })).toEqual({ status: 401, code: 'invalid_api_key' });
	});

	it.each<[string, { header?: Record<string, unknown>; claims?: Record<string, unknown> }]>([
		['no kid', { header: { kid: undefined } }],
		['an unknown kid', { header: { kid: 'nobody' } }],
		['another type', { header: { typ: 'JWT' } }],
		['a key of its own', { header: { jwk: { kty: 'EC' } } }],
		['an address of keys', { header: { jku: 'https://attacker.test/jwks' } }],
		['a certificate', { header: { x5u: 'https://attacker.test/c' } }],
		['a critical extension', { header: { crit: ['exp'] } }],
		['alg none', { header: { alg: 'none' } }],
		['alg HS256', { header: { alg: 'HS256' } }],
		['another issuer', { claims: { iss: 'https://attacker.test' } }],
		['another audience', { claims: { aud: 'other' } }],
		['no audience', { claims: { aud: undefined } }],
		['expired', { claims: { iat: 1_000, exp: 1_600 } }],
		['no expiry', { claims: { exp: undefined } }],
		['a long life', { claims: { exp: 4_102_444_800 } }],
		['not yet valid', { claims: { nbf: 4_102_444_800 } }],
		['a session that is no uuid', { claims: { sid: "' OR 1=1" } }],
		['no session', { claims: { sid: undefined } }],
		['a number as subject', { claims: { sub: 1 } }],
	])('a token with %s is 401', async (_name, wrong) => {
		expect(await ask(bearer(accessToken(config, tenant, session, wrong)))).toEqual({
			status: 401,
			code: 'invalid_token',
		});
	});

	it('a token of another session, organization or user is 401', async () => {
		const foreign = { ...tenant, organizationId: other.organizationId };
		const impostor = { ...tenant, userId: other.userId };
		for (const token of [
			accessToken(config, foreign, session),
			accessToken(config, impostor, session),
			accessToken(config, tenant, await addSession(other)),
		])
			expect(await ask(bearer(token))).toEqual({ status: 401, code: 'session_ended' });
	});

	it('altered, stripped and re-signed tokens are 401', async () => {
		const token = accessToken(config, tenant, session);
		const [head = '', claims = '', signature = ''] = token.split('.');
		const content = `${head}.${claims}`;
		const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
		const publicPem = new SigningKeys(config).current.publicKey.export({ type: 'spki', format: 'pem' });
		const hsHead = Buffer.from(
			JSON.stringify({ alg: 'HS256', typ: 'at+jwt', kid: new SigningKeys(config).current.kid }),
		);
		const hsContent = `${hsHead.toString('base64url')}.${claims}`;
		const bad = [
			`${content}.`,
			`${content}.${signature.slice(0, -4)}AAAA`,
			`${content}.${Buffer.alloc(64).toString('base64url')}`,
			`${content}.${sign('sha256', Buffer.from(content), { key: foreign, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`,
			`${hsContent}.${createHmac('sha256', publicPem).update(hsContent).digest('base64url')}`,
			`${head}.${Buffer.from('{}').toString('base64url')}.${signature}`,
			`${head}.e30.${signature}`,
			`a.b.c`,
		];
		for (const wrong of bad) expect(await ask(bearer(wrong))).toEqual({ status: 401, code: 'invalid_token' });
		for (const wrong of [content, `${token}.x`, '..'])
			expect(await ask(bearer(wrong))).toEqual({ status: 401, code: 'invalid_api_key' });
	});

	it('a key cannot act on the account of its owner', async () => {
		expect(await ask(bearer(tenant.key), '/api/v1/auth/me')).toEqual({ status: 403, code: 'permission_denied' });
		expect((await ask(bearer(accessToken(config, tenant, session)), '/api/v1/auth/me')).status).toBe(200);
	});

	it('public routes do not look at credentials; /status refuses bad ones', async () => {
		expect((await ask(bearer('rubbish'), '/health')).status).toBe(200);
		expect((await ask(bearer('rubbish'), '/status')).status).toBe(401);
		expect((await ask({}, '/status')).status).toBe(200);
	});
});
