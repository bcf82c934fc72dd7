import { describe, expect, it } from '@jest/globals';
import { answered } from './answered.js';

const after = <T>(ms: number, value: T) =>
	new Promise<T>((resolve) => {
		setTimeout(() => resolve(value), ms);
	});
const standStill = (ms: number): void => {
	for (const end = performance.now() + ms; performance.now() < end; );
};

describe('an answer', () => {
	it('in time is passed on, and so is a failure', async () => {
		await expect(answered(after(1, 'PONG'), 50)).resolves.toBe('PONG');
		await expect(answered(Promise.reject(new Error('NOSCRIPT')), 50)).rejects.toThrow('NOSCRIPT');
	});

	it('that does not come is given up', async () => {
		const began = performance.now();
		await expect(answered(new Promise(() => undefined), 20)).rejects.toThrow('Redis did not answer within 20 ms');
		expect(performance.now() - began).toBeGreaterThanOrEqual(18);
	});

	it('is still heard after this process stood still', async () => {
		const answer = answered(after(10, 'PONG'), 20);
		standStill(60);
		await expect(answer).resolves.toBe('PONG');
	});
});
