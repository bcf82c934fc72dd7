import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { freshDatabase } from '#libs/testing';
import { limitClasses } from '../src/edge/limits.js';
import { startApi, type TestApi } from './support/start-api.js';

let replicas: TestApi[];
beforeAll(async () => {
	await freshDatabase();
	const behindProxy = { TRUSTED_PROXIES: '127.0.0.1', CORS_ORIGINS: 'https://app.example' };
	replicas = await Promise.all([startApi(behindProxy), startApi(behindProxy)]);
});
afterAll(async () => {
	for (const replica of replicas) await replica.stop();
});

async function post(path: string, body: object, ip: string, n = 0): Promise<Response> {
	const headers = { 'content-type': 'application/json', 'x-forwarded-for': ip, origin: 'https://app.example' };
	const api = replicas[n % 2] as TestApi;
	const answer = await fetch(`${api.url}/api/v1/auth/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
	await answer.arrayBuffer();
	return answer;
}
/** Left, and for how many seconds. */
function stateOf({ headers }: Response): { r: number; t: number } {
	const [, r, t] = /^"[\w-]+";r=(\d+);t=(\d+)$/.exec(headers.get('ratelimit') ?? '') ?? [];
	return { r: Number(r), t: Number(t) };
}

it('every answer of a limited route says how much is left, on all replicas alike, until it is refused', async () => {
	const { burst, perMs } = limitClasses.code;
	const answers = [];
	for (let n = 0; n < burst + 5; n++) answers.push(await post('verify-email', { code: 'wrong' }, '192.0.2.1', n));
	const states = answers.map(stateOf);
	expect(states.map(({ r }) => r)).toEqual([...Array.from({ length: burst }, (_, n) => burst - 1 - n), 0, 0, 0, 0, 0]);
	expect(answers.map(({ status }) => status).slice(burst - 1)).toEqual([400, 429, 429, 429, 429, 429]);
	for (const answer of answers)
		expect(answer.headers.get('ratelimit-policy')).toBe(`"code";q=${burst};w=${perMs / 1_000}`);
	for (const answer of answers.slice(burst)) {
		const retryAfter = Number(answer.headers.get('retry-after'));
		expect(Number.isInteger(retryAfter) && retryAfter >= 1 && retryAfter <= perMs / burst / 1_000 + 1).toBe(true);
		expect(stateOf(answer).t).toBe(retryAfter);
	}
	expect(answers[0]?.headers.get('access-control-expose-headers')).toContain('ratelimit, ratelimit-policy');
});

it('good answers say so as well, and other networks have their own', async () => {
	const { burst, perMs } = limitClasses.mail;
	const answer = await post('forgot-password', { email: 'somebody@example.test' }, '192.0.2.2');
	expect(answer.status).toBe(202);
	expect(stateOf(answer)).toEqual({ r: burst - 1, t: perMs / burst / 1_000 });
});

it('routes without a limit say nothing', async () => {
	const answer = await fetch(`${replicas[0]?.url}/health`);
	expect(answer.headers.has('ratelimit') || answer.headers.has('ratelimit-policy')).toBe(false);
});
