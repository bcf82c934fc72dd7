import { describe, expect, it } from '@jest/globals';
import { AppError, SYSTEM_ORGANIZATION_ID } from '#libs/kernel';
import { OrganizationCache } from './organization-cache.js';

interface Thing {
	readonly id: string;
	readonly revision: string;
}

function cacheOf(...answers: (Thing[] | Error)[]) {
	let reads = 0;
	const cache = new OrganizationCache<Thing>('things', () => {
		const answer = answers[Math.min(reads++, answers.length - 1)];
		return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer ?? []);
	});
	return { cache, reads: () => reads };
}
const thing = (revision = '1'): Thing => ({ id: 'a', revision });

describe('a cache per organization', () => {
	it('reads once for all that ask at the same time, then answers at once with the same frozen array', async () => {
		const { cache, reads } = cacheOf([thing()]);
		const [first, second] = await Promise.all([cache.of('o'), cache.of('o')]);
		expect(reads()).toBe(1);
		expect(first).toBe(second);
		expect(cache.of('o')).toBe(first);
		expect(Object.isFrozen(first)).toBe(true);
		expect(cache.known('o')).toBe(first);
		expect(cache.known('never asked for')).toEqual([]);
	});

	it('reads again after it was told to forget; the system organization is everybody', async () => {
		const { cache, reads } = cacheOf([thing()], [thing('2')], [thing('3')]);
		await cache.of('o');
		cache.forget('other');
		expect(cache.of('o')).toEqual([thing()]);
		cache.forget('o');
		expect(await cache.of('o')).toEqual([thing('2')]);
		cache.forget(SYSTEM_ORGANIZATION_ID);
		expect(await cache.of('o')).toEqual([thing('3')]);
		expect(reads()).toBe(3);
	});

	it('says that it cannot be read, names what, and tries again', async () => {
		const { cache } = cacheOf(new Error('secret of the driver'), [thing()]);
		await expect(cache.of('o')).rejects.toMatchObject({
			fault: 'unavailable',
			code: 'database_unavailable',
			message: expect.stringContaining('things'),
		});
		expect(await cache.of('o')).toEqual([thing()]);
	});

	it('passes errors of ours on', async () => {
		const { cache } = cacheOf(new AppError('bug', 'x', 'ours'));
		await expect(cache.of('o')).rejects.toMatchObject({ code: 'x' });
	});
});
