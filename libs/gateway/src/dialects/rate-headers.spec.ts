import { describe, expect, it } from '@jest/globals';
import type { Quota } from '#libs/kernel';
import { durationOf, rateHeaders } from './rate-headers.js';

const quota = (metric: string, remaining: number, more: Partial<Quota> = {}): Quota => ({
	scope: 'user',
	metric,
	limit: 100,
	remaining,
	resetMs: 60_000,
	windowMs: 60_000,
	...more,
});

describe('the headers of limits', () => {
	it('are none without limits', () => {
		expect(rateHeaders('openai', [])).toEqual({});
	});

	it('tell OpenAI and Ollama of the tightest of each kind, and whose the tightest of all is', () => {
		const quotas = [
			quota('requests', 90),
			quota('requests', 40, { scope: 'organization' }),
			quota('total_tokens', 80),
			quota('output_tokens', 30, { scope: 'model' }),
			quota('concurrency', 50),
		];
		const headers = {
			'x-ratelimit-limit-requests': '100',
			'x-ratelimit-remaining-requests': '40',
			'x-ratelimit-reset-requests': '1m0s',
			'x-ratelimit-limit-tokens': '100',
			'x-ratelimit-remaining-tokens': '30',
			'x-ratelimit-reset-tokens': '1m0s',
			'x-ratelimit-scope': 'model',
		};
		expect(rateHeaders('openai', quotas)).toEqual(headers);
		expect(rateHeaders('ollama', quotas)).toEqual(headers);
	});

	it('tell Anthropic of input and output apart, with the moment of the reset', () => {
		const before = Date.now();
		const headers = rateHeaders('anthropic', [quota('input_tokens', 3, { scope: 'key' }), quota('requests', 9)]);
		expect(headers).toMatchObject({
			'anthropic-ratelimit-requests-limit': '100',
			'anthropic-ratelimit-requests-remaining': '9',
			'anthropic-ratelimit-input-tokens-remaining': '3',
			'x-ratelimit-scope': 'key',
		});
		expect(Object.keys(headers)).toHaveLength(7);
		const reset = Date.parse(headers['anthropic-ratelimit-requests-reset'] as string);
		expect(reset).toBeGreaterThanOrEqual(before + 60_000);
		expect(reset).toBeLessThanOrEqual(Date.now() + 60_000);
	});

	it('name the limit that has refused, though another is tighter', () => {
		const refusing = quota('total_tokens', 20, { scope: 'organization' });
		expect(rateHeaders('openai', [refusing, quota('output_tokens', 0)], refusing)).toMatchObject({
			'x-ratelimit-remaining-tokens': '20',
			'x-ratelimit-scope': 'organization',
		});
	});
});

describe('a duration', () => {
	it('is written as Go writes it', () => {
		const written = [0, 12, 999.5, 1_000, 1_500, 60_000, 360_000, 3_600_000, 86_400_000, 90_061_001].map(durationOf);
		expect(written).toEqual([
			'0ms',
			'12ms',
			'1000ms',
			'1s',
			'1.5s',
			'1m0s',
			'6m0s',
			'1h0m0s',
			'24h0m0s',
			'25h1m1.001s',
		]);
	});
});
