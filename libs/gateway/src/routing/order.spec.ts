import { describe, expect, it } from '@jest/globals';
import type { Candidate, Provider, RoutingPolicy } from '#libs/providers';
import { inOrder, type Standing } from './order.js';

const standing = (id: string, given: Partial<Omit<Standing, 'candidate'> & Candidate> = {}): Standing => ({
	candidate: { provider: { id } as Provider, model: 'm', weight: given.weight ?? 1, priority: given.priority ?? 0 },
	inFlight: given.inFlight ?? 0,
	latencyMs: given.latencyMs,
	isLoaded: given.isLoaded,
});
const half = () => 0.5;
const order = (standings: Standing[], policy: RoutingPolicy, random = half, stickyKey?: string): string =>
	inOrder(standings, { policy, stickyKey, random })
		.map(({ candidate }) => candidate.provider.id)
		.join('');

/** A small generator, so that shares can be checked without chance. */
function numbers(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
		return state / 2_147_483_648;
	};
}

describe('the order of candidates', () => {
	it('goes by priority, the lowest number first', () => {
		expect(
			order(
				[standing('a', { priority: 2 }), standing('b', { priority: 0 }), standing('c', { priority: 1 })],
				'priority',
			),
		).toBe('bca');
	});

	it('shares calls by weight, and gives none to weight 0 while others are there', () => {
		const random = numbers(7);
		const standings = [standing('a', { weight: 3 }), standing('b', { weight: 1 }), standing('c', { weight: 0 })];
		const first = Array.from({ length: 10_000 }, () => order(standings, 'weighted', random)[0]);
		const share = first.filter((id) => id === 'a').length / first.length;
		expect(share).toBeGreaterThan(0.73);
		expect(share).toBeLessThan(0.77);
		expect(first).not.toContain('c');
		expect(order([standing('c', { weight: 0 })], 'weighted')).toBe('c');
	});

	it('prefers fewer calls in flight, and lower latency, and tries the unknown', () => {
		expect(order([standing('a', { inFlight: 3 }), standing('b', { inFlight: 1 })], 'least_in_flight')).toBe('ba');
		expect(
			order([standing('a', { latencyMs: 90 }), standing('b', { latencyMs: 20 }), standing('c')], 'lowest_latency'),
		).toBe('cba');
	});

	it('prefers nodes that have the model in memory', () => {
		const standings = [standing('a', { inFlight: 0, isLoaded: false }), standing('b', { inFlight: 5, isLoaded: true })];
		expect(order(standings, 'least_in_flight')).toBe('ba');
	});

	it('keeps a key at its candidate, and moves only the keys of one that goes away', () => {
		const all = ['a', 'b', 'c', 'd'].map((id) => standing(id));
		const keys = Array.from({ length: 1_000 }, (_, at) => `conversation ${at}`);
		const before = keys.map((key) => order(all, 'sticky', half, key)[0]);
		expect(new Set(before).size).toBe(4);
		const after = keys.map((key) => order(all.slice(0, 3), 'sticky', half, key)[0]);
		for (const [at, id] of before.entries()) if (id !== 'd') expect(after[at]).toBe(id);
	});
});
