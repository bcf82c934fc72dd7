import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { Redis } from 'ioredis';
import { type RateLimit, RateLimiter } from '#libs/redis';
import { freshDatabase, openApplication, TcpProxy, testConfig } from '#libs/testing';

const limit: RateLimit = { name: 'test', burst: 5, perMs: 60_000 };
const wide: RateLimit = { name: 'wide', burst: 50, perMs: 60_000 };

let replicas: INestApplicationContext[];
let proxy: TcpProxy;

beforeAll(async () => {
	await freshDatabase();
	const through = await TcpProxy.to(process.env['REDIS_URL'] as string);
	({ proxy } = through);
	const config = testConfig('api', { REDIS_URL: through.url });
	replicas = [await openApplication(config, []), await openApplication(config, [])];
});
afterAll(async () => {
	for (const replica of replicas) await replica.close();
	await proxy.close();
});

const limiter = (n = 0): RateLimiter => replicas[n % 2]?.get(RateLimiter) as RateLimiter;
const take = (subject: string, n = 0) => limiter(n).take([{ limit, subject }]);
const allowed = (verdicts: readonly { isAllowed: boolean }[]) => verdicts.filter(({ isAllowed }) => isAllowed).length;

it('admits a burst and no more, however many ask at once on two replicas', async () => {
	const verdicts = await Promise.all(Array.from({ length: 100 }, (_, n) => take('burst', n)));
	expect(allowed(verdicts)).toBe(5);
	const [refused] = verdicts.filter(({ isAllowed }) => !isAllowed);
	expect(refused).toMatchObject({ deniedBy: 0 });
	expect((refused as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(10_000);
	expect((refused as { retryAfterMs: number }).retryAfterMs).toBeLessThanOrEqual(12_000);
});

it('takes all claims or none, and names the one that is used up', async () => {
	const claims = [
		{ limit: wide, subject: 'all' },
		{ limit, subject: 'all' },
	];
	for (let n = 0; n < 5; n++) expect((await limiter(n).take(claims)).isAllowed).toBe(true);
	for (let n = 0; n < 100; n++) expect(await limiter(n).take(claims)).toMatchObject({ isAllowed: false, deniedBy: 1 });
	const rest = await Promise.all(Array.from({ length: 60 }, () => limiter().take([{ limit: wide, subject: 'all' }])));
	expect(allowed(rest)).toBe(45);
});

it('says what is left of each claim, in the order of the takes, also when it refuses', async () => {
	const claims = [
		{ limit: wide, subject: 'left' },
		{ limit, subject: 'left' },
	];
	const left = [];
	for (let n = 0; n < 7; n++) left.push((await limiter(n).take(claims)).quotas.map((quota) => quota.left));
	expect(left).toEqual([
		[49, 4],
		[48, 3],
		[47, 2],
		[46, 1],
		[45, 0],
		[45, 0],
		[45, 0],
	]);
	const { quotas } = await limiter().take(claims);
	expect(quotas[1]?.nextInMs).toBeGreaterThan(10_000);
	expect(quotas[1]?.nextInMs).toBeLessThanOrEqual(12_000);
});

it('gives back what turned out well, never more than there was', async () => {
	for (let n = 0; n < 20; n++) {
		expect((await take('good')).isAllowed).toBe(true);
		await limiter().giveBack([{ limit, subject: 'good' }]);
	}
	for (let n = 0; n < 20; n++) await limiter().giveBack([{ limit, subject: 'good' }]);
	expect(allowed(await Promise.all(Array.from({ length: 20 }, () => take('good'))))).toBe(5);
});

it('keeps no state longer than it matters', async () => {
	await take('short');
	const redis = new Redis(process.env['REDIS_URL'] as string);
	const left = await redis.pttl('{limits}:test:short');
	await redis.quit();
	expect(left).toBeGreaterThan(0);
	expect(left).toBeLessThanOrEqual(12_000);
});

describe('while Redis is away', () => {
	it('counts in each process, and goes on in Redis afterwards', async () => {
		proxy.cut();
		const here = await Promise.all(Array.from({ length: 50 }, () => take('away')));
		expect(allowed(here)).toBe(5);
		expect(here.find(({ isAllowed }) => !isAllowed)).toMatchObject({ retryAfterMs: expect.any(Number) });
		expect(here.map(({ quotas }) => quotas[0]?.left).slice(0, 6)).toEqual([4, 3, 2, 1, 0, 0]);
		await limiter().giveBack([{ limit, subject: 'away' }]);
		expect((await take('away')).isAllowed).toBe(true);
		expect((await take('away')).isAllowed).toBe(false);
		proxy.pass();
	});
});
