import { describe, expect, it } from '@jest/globals';
import { Breaker } from './breaker.js';

describe('a breaker', () => {
	it('opens after five failures in a row, lets one call through after a second, and closes when that succeeds', () => {
		const breaker = new Breaker();
		expect([0, 1, 2, 3, 4].map((at) => breaker.failed(at))).toEqual([0, 0, 0, 0, 1_000]);
		expect([breaker.state(500), breaker.enter(500)]).toEqual(['open', false]);
		expect([breaker.state(1_004), breaker.enter(1_004), breaker.enter(1_005)]).toEqual(['half_open', true, false]);
		expect(breaker.succeeded(1_010)).toBe(true);
		expect([breaker.state(1_010), breaker.enter(1_010)]).toEqual(['closed', true]);
	});

	it('pauses longer with each failed try, up to five seconds, at most one try a second', () => {
		const breaker = new Breaker();
		for (let at = 0; at < 5; at++) breaker.failed(0);
		const tries: number[] = [];
		for (let now = 0; now < 30_000; now += 10)
			if (breaker.enter(now)) {
				tries.push(now);
				breaker.failed(now);
			}
		expect(tries).toEqual([1_000, 3_000, 7_000, 12_000, 17_000, 22_000, 27_000]);
	});

	it('opens for an upstream that fails every other call', () => {
		const breaker = new Breaker();
		const opened = Array.from({ length: 20 }, (_, at) => {
			breaker.succeeded(at * 2);
			return breaker.failed(at * 2 + 1);
		});
		expect(opened.findIndex((ms) => ms > 0)).toBe(4);
	});

	it('does not open for failures that are rare', () => {
		const breaker = new Breaker();
		for (let now = 0; now < 100_000; now += 100) {
			for (let calls = 0; calls < 9; calls++) breaker.succeeded(now);
			expect(breaker.failed(now)).toBe(0);
		}
	});

	it('stays open as long as the upstream asks, at most a minute', () => {
		const breaker = new Breaker();
		expect(breaker.openFor(0, 600_000)).toBe(60_000);
		expect([breaker.enter(59_999), breaker.enter(60_000)]).toEqual([false, true]);
	});

	it('forgets such a pause once it works again', () => {
		const breaker = new Breaker();
		breaker.openFor(0, 60_000);
		breaker.close();
		for (let at = 0; at < 5; at++) breaker.failed(10);
		expect([breaker.enter(1_000), breaker.enter(1_010)]).toEqual([false, true]);
	});
});
