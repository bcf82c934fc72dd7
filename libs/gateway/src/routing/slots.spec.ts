import { describe, expect, it } from '@jest/globals';
import { Slots, waitForPlace } from './slots.js';

describe('places of an upstream', () => {
	it('go to callers in turn, however many calls one of them has waiting', async () => {
		const slots = new Slots(1, 100);
		expect(slots.tryTake()).toBe(true);
		const served: string[] = [];
		const wait = async (caller: string, name: string): Promise<void> => {
			const place = await waitForPlace([slots], caller, 1_000).place;
			served.push(name);
			place.release();
		};
		const all = [wait('a', 'a1'), wait('a', 'a2'), wait('a', 'a3'), wait('b', 'b1'), wait('c', 'c1')];
		slots.release();
		await Promise.all(all);
		expect(served).toEqual(['a1', 'b1', 'c1', 'a2', 'a3']);
		expect(slots.tryTake()).toBe(true);
		expect(slots.isFull).toBe(true);
	});

	it('are waited for at several upstreams at once, and one is taken', async () => {
		const [one, two] = [new Slots(1, 1), new Slots(1, 1)];
		one.tryTake();
		two.tryTake();
		const { place } = waitForPlace([one, two], 'a', 1_000);
		two.release();
		expect(await place).toBe(two);
		one.release();
		expect([one.isFull, two.isFull]).toEqual([false, true]);
	});

	it('are not waited for when the queue is full, nor longer than the limit, nor after the caller left', async () => {
		const slots = new Slots(1, 2);
		slots.tryTake();
		const late = waitForPlace([slots], 'a', 1);
		const gone = waitForPlace([slots], 'a', 60_000);
		expect(() => waitForPlace([slots], 'b', 1)).toThrow(expect.objectContaining({ code: 'upstream_busy' }));
		gone.cancel();
		await expect(gone.place).rejects.toMatchObject({ code: 'upstream_busy', fault: 'unavailable' });
		await expect(late.place).rejects.toMatchObject({ code: 'upstream_busy' });
		slots.release();
		expect([slots.isFull, slots.hasRoomToWait]).toEqual([false, true]);
	});
});
