import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Config } from '#libs/config';
import { SigningKeys } from '#libs/identity';
import { generateSigningKey } from '#libs/installation';
import { freshDatabase, testConfig } from '#libs/testing';
import { startApi, type TestApi } from './support/start-api.js';
import { accessToken, addSession, addTenant, type Tenant } from './support/tenants.js';

const current = generateSigningKey();
const next = generateSigningKey();
const settings = (key: string) => ({ JWT_PRIVATE_KEY: key });
const config: Config = testConfig('api', settings(`one:${current}`));
const keys = new SigningKeys(config);

let api: TestApi;
let decoy: Server;
let fetched = 0;
let tenant: Tenant;
let session: string;
const refreshToken = `plr_${'A'.repeat(43)}`;

beforeAll(async () => {
	await freshDatabase();
	api = await startApi(settings(`one:${current}`));
	decoy = createServer((_request, reply) => {
		fetched++;
		reply.end(JSON.stringify({ keys: [] }));
	});
	await new Promise<void>((done) => void decoy.listen(0, '127.0.0.1', done));
	tenant = await addTenant(config);
	session = await addSession(tenant);
});
afterAll(async () => {
	await api.stop();
	decoy.close();
});

const encode = (value: unknown): string =>
	Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const ask = async (token: string, at = api): Promise<number> =>
	(await fetch(`${at.url}/api/v1/auth/me`, { headers: { authorization: `Bearer ${token}` } })).status;

const now = () => Math.floor(Date.now() / 1_000);
const claims = () => ({
	iss: keys.issuer,
	aud: keys.audience,
	iat: now(),
	exp: now() + 600,
	sub: tenant.userId,
	sid: session,
	org: tenant.organizationId,
});
const header = () => ({ alg: 'ES256', typ: 'at+jwt', kid: keys.current.kid });
const es256 = (content: string, key: KeyObject = keys.current.privateKey): string =>
	sign('sha256', Buffer.from(content), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
/** Header and claims may be texts, to break JSON. */
const token = (
	head: unknown,
	body: unknown,
	signature: (content: string) => string = (content) => es256(content),
): string => {
	const content = `${encode(head)}.${encode(body)}`;
	return `${content}.${signature(content)}`;
};
const withHeader = (over: object) => token({ ...header(), ...over }, claims());
const withClaims = (over: object) => token(header(), { ...claims(), ...over });
const without = (name: string) =>
	token(header(), Object.fromEntries(Object.entries(claims()).filter(([key]) => key !== name)));

/** Every token that must not work, by what is wrong with it. */
function battery(): Record<string, string> {
	const url = `http://127.0.0.1:${(decoy.address() as AddressInfo).port}/keys`;
	const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
	const publicPem = createPublicKey(keys.current.privateKey).export({ type: 'spki', format: 'pem' }) as string;
	const publicDer = createPublicKey(keys.current.privateKey).export({ type: 'spki', format: 'der' });
	const hmac = (secret: string | Buffer) => (content: string) =>
		createHmac('sha256', secret).update(content).digest('base64url');
	const rs256 = (content: string) => sign('sha256', Buffer.from(content), rsa.privateKey).toString('base64url');
	const good = token(header(), claims());
	const [head = '', body = '', signature = ''] = good.split('.');
	const nothing = () => '';
	const json = JSON.stringify(claims());
	return {
		'alg none, no signature': token({ ...header(), alg: 'none' }, claims(), nothing),
		'alg None': token({ ...header(), alg: 'None' }, claims(), nothing),
		'alg nOnE': token({ ...header(), alg: 'nOnE' }, claims(), nothing),
		'alg NONE with a signature': withHeader({ alg: 'NONE' }),
		'alg missing': token({ typ: 'at+jwt', kid: keys.current.kid }, claims()),
		'alg empty': withHeader({ alg: '' }),
		'alg a list': withHeader({ alg: ['ES256'] }),
		'HS256 with the public key as PEM': token({ ...header(), alg: 'HS256' }, claims(), hmac(publicPem)),
		'HS256 with the public key as DER': token({ ...header(), alg: 'HS256' }, claims(), hmac(publicDer)),
		'HS256 with an empty secret': token({ ...header(), alg: 'HS256' }, claims(), hmac('')),
		'HS256 without a kid': token({ alg: 'HS256', typ: 'at+jwt' }, claims(), hmac(publicPem)),
		'RS256 by a key of theirs': token({ ...header(), alg: 'RS256' }, claims(), rs256),
		PS256: withHeader({ alg: 'PS256' }),
		ES384: withHeader({ alg: 'ES384' }),
		EdDSA: withHeader({ alg: 'EdDSA' }),
		'ES256 by a key of theirs': token(header(), claims(), (content) => es256(content, foreign.privateKey)),
		'empty signature': `${head}.${body}.`,
		'no third part': `${head}.${body}`,
		'four parts': `${good}.${signature}`,
		'signature of zeros': `${head}.${body}.${Buffer.alloc(64).toString('base64url')}`,
		'signature cut': good.slice(0, -4),
		'signature of another content': `${head}.${encode({ ...claims(), sub: session })}.${signature}`,
		'DER signature': token(header(), claims(), (content) =>
			sign('sha256', Buffer.from(content), keys.current.privateKey).toString('base64url'),
		),
		'kid a path': withHeader({ kid: '../../dev/null' }),
		'kid SQL': withHeader({ kid: "' OR 1=1 --" }),
		'kid a URL': withHeader({ kid: url }),
		'kid of nobody': withHeader({ kid: 'other' }),
		'kid missing': token({ alg: 'ES256', typ: 'at+jwt' }, claims()),
		'kid __proto__': withHeader({ kid: '__proto__' }),
		'kid a number': withHeader({ kid: 1 }),
		jku: withHeader({ jku: url }),
		x5u: withHeader({ x5u: url }),
		jwk: token({ ...header(), jwk: foreign.publicKey.export({ format: 'jwk' }) }, claims(), (content) =>
			es256(content, foreign.privateKey),
		),
		x5c: withHeader({ x5c: ['MIIB'] }),
		crit: withHeader({ crit: ['exp'], exp: 1 }),
		'b64 false': withHeader({ b64: false, crit: ['b64'] }),
		'typ JWT': withHeader({ typ: 'JWT' }),
		'typ missing': token({ alg: 'ES256', kid: keys.current.kid }, claims()),
		'typ of an identity token': withHeader({ typ: 'id+jwt' }),
		'header twice alg': token(`{"alg":"none","typ":"at+jwt","kid":"one","alg":"HS256"}`, claims(), hmac(publicPem)),
		'claims twice sub': token(header(), `${json.slice(0, -1)},"sub":"${session}"}`),
		'header no object': token('[]', claims()),
		'header no JSON': token('{', claims()),
		'claims no JSON': token(header(), '{'),
		'claims null': token(header(), 'null'),
		'a hundred kilobytes': withClaims({ filler: 'x'.repeat(100_000) }),
		'a hundred kilobytes of header': withHeader({ kid: 'x'.repeat(100_000) }),
		'other issuer': withClaims({ iss: 'https://elsewhere.example' }),
		'issuer a list': withClaims({ iss: [keys.issuer] }),
		'other audience': withClaims({ aud: 'other' }),
		'no audience': without('aud'),
		'no issuer': without('iss'),
		'no subject': without('sub'),
		'no session': without('sid'),
		'no organization': without('org'),
		'exp a text': withClaims({ exp: String(now() + 600) }),
		'exp missing': without('exp'),
		'exp in the year 9999': withClaims({ exp: 253_402_300_799 }),
		'exp past': withClaims({ iat: now() - 700, exp: now() - 100 }),
		'exp just past': withClaims({ iat: now() - 661, exp: now() - 61 }),
		'exp a fraction': withClaims({ exp: now() + 600.5 }),
		'nbf in the future': withClaims({ nbf: now() + 300 }),
		'iat in the future, longer life': withClaims({ iat: now() + 3_600, exp: now() + 4_200 + 1 }),
		'subject of somebody else': withClaims({ sub: '01980000-0000-7000-8000-000000000000' }),
		'organization of somebody else': withClaims({ org: '01980000-0000-7000-8000-000000000000' }),
		'subject in upper case': withClaims({ sub: tenant.userId.toUpperCase() }),
		'session SQL': withClaims({ sid: "' OR 1=1 --" }),
		'a refresh token': refreshToken,
		'of another environment': token({ ...header(), kid: 'one' }, { ...claims(), iss: 'http://other' }, (content) =>
			es256(content, foreign.privateKey),
		),
		'standard base64': good.replaceAll('-', '+').replaceAll('_', '/').replace(signature, `${signature}==`),
		'white space inside': `${head} .${body}.${signature}`,
	};
}

describe('an access token', () => {
	it('works as it was made', async () => {
		expect(await ask(accessToken(config, tenant, session))).toBe(200);
		expect(await ask(token(header(), claims()))).toBe(200);
	});

	it('that is wrong in one thing is refused, and nothing is fetched for it', async () => {
		const all = battery();
		const accepted: Record<string, number> = {};
		for (const [what, wrong] of Object.entries(all)) {
			const status = await ask(wrong);
			if (status !== 401 && !(status === 431 && wrong.length > 16_000)) accepted[what] = status;
		}
		process.stdout.write(
			`${Object.keys(all).length} forged tokens tried, ${Object.keys(accepted).length} accepted, ${fetched} fetches\n`,
		);
		expect(Object.keys(all).length).toBeGreaterThanOrEqual(40);
		expect(accepted).toEqual({});
		expect(fetched).toBe(0);
	});

	it('is no refresh token', async () => {
		const answer = await fetch(`${api.url}/api/v1/auth/refresh`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ refreshToken: accessToken(config, tenant, session) }),
		});
		expect(answer.status).toBe(401);
	});

	it('is remembered by all of it: what shares its beginning is refused a thousand times', async () => {
		const good = token(header(), claims());
		const tally = { refused: 0, accepted: 0, good: 0 };
		for (let n = 0; n < 1_000; n++) {
			if (n % 100 === 0 && (await ask(good)) === 200) tally.good++;
			const kept = [20, 40, 100, good.length - 20][n % 4] ?? 0;
			const filler = Buffer.from(`${n}`.padStart(12, 'g')).toString('base64url');
			const status = await ask(good.slice(0, kept) + filler + good.slice(kept + filler.length));
			if (status === 401) tally.refused++;
			else tally.accepted++;
		}
		process.stdout.write(`tokens that share a beginning with a live one: ${JSON.stringify(tally)}\n`);
		expect(tally).toEqual({ refused: 1_000, accepted: 0, good: 10 });
	}, 120_000);
});

describe('signing keys that rotate', () => {
	it('let every good token in on both replicas at each step, and the old one no more afterwards', async () => {
		const steps = [`one:${current}`, `one:${current},two:${next}`, `two:${next},one:${current}`, `two:${next}`];
		const tally = { good: 0, failed: 0, forged: 0, forgedAccepted: 0 };
		const forged = Object.values(battery()).filter((wrong) => wrong.length < 4_000);
		const signed: { kid: string; token: string }[] = [];
		for (const [at, before] of steps.slice(0, -1).entries()) {
			// one replica is a step ahead of the other
			const replicas = await Promise.all([before, steps[at + 1] ?? ''].map((key) => startApi(settings(key))));
			const configs = [before, steps[at + 1] ?? ''].map((key) => testConfig('api', settings(key)));
			const fresh = configs.map((each) => ({
				kid: new SigningKeys(each).current.kid,
				token: accessToken(each, tenant, session),
			}));
			// after the last step tokens of the old key are ten minutes old and gone
			if (at === 2) signed.splice(0, signed.length);
			signed.push(...fresh);
			const valid = signed.filter(({ kid }) => at < 2 || kid === 'two');
			const asked = Array.from({ length: 200 }, (_, n) => {
				const replica = replicas[n % 2] as TestApi;
				const wrong = forged[n % forged.length] ?? '';
				const right = valid[n % valid.length]?.token ?? '';
				return n % 4 === 3
					? ask(wrong, replica).then((status) => ({ status, isForged: true }))
					: ask(right, replica).then((status) => ({ status, isForged: false }));
			});
			for (const { status, isForged } of await Promise.all(asked)) {
				if (isForged) tally.forged++;
				else tally.good++;
				if (isForged && status !== 401) tally.forgedAccepted++;
				if (!isForged && status !== 200) tally.failed++;
			}
			await Promise.all(replicas.map((replica) => replica.stop()));
		}
		const last = await startApi(settings(`two:${next}`));
		const old = await ask(accessToken(config, tenant, session), last);
		await last.stop();
		process.stdout.write(
			`rotation of the signing key on two replicas: ${JSON.stringify({ ...tally, oldKidAfterwards: old })}\n`,
		);
		expect({ ...tally, old }).toEqual({ good: 450, failed: 0, forged: 150, forgedAccepted: 0, old: 401 });
	}, 120_000);
});
