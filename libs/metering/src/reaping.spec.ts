import { describe, expect, it } from '@jest/globals';
import type { CallOutcome } from './call.js';
import { NO_TOKENS } from './token-usage.js';
import type { Lease } from './lease.js';
import { isExpired, outcomeOf } from './reaping.js';

const lease = (overrides: Partial<Lease> = {}): Lease => ({
	occurredOn: '1970-01-01',
	occurredAtMs: 1_000,
	replicaId: 'r',
	hardEndMs: 100_000,
	start: { reservedInputTokens: 11 } as Lease['start'],
	progress: undefined,
	settled: undefined,
	...overrides,
});
const outcome: CallOutcome = {
	status: 'ok',
	errorCode: undefined,
	usage: NO_TOKENS,
	usageSource: 'provider',
	isEstimated: false,
	attempts: 2,
	firstTokenMs: 1,
	durationMs: 2,
};
const at = (nowMs: number, isSilenceMeaningful = true) => ({ nowMs, isSilenceMeaningful, timeoutMs: 20_000 });

describe('a lease is expired', () => {
	it.each([
		['its process lives', lease(), true, at(50_000), false],
		['its process is silent', lease(), false, at(50_000), true],
		['its process is silent, but the call is young', lease(), false, at(20_999), false],
		['its process is silent, but so is everybody since Redis restarted', lease(), false, at(50_000, false), false],
		['its hard end has passed', lease(), true, at(100_001), true],
		['it was settled long ago', lease({ settled: { atMs: 2_000, outcome } }), true, at(22_000), true],
		['it was settled just now', lease({ settled: { atMs: 2_000, outcome } }), true, at(21_999), false],
	])('when %s', (_, one, isAlive, moment, expected) => {
		expect(isExpired(one, isAlive, moment)).toBe(expected);
	});
});

describe('what a lease knows of the end of its call', () => {
	it('is everything once it was settled', () => {
		expect(outcomeOf(lease({ settled: { atMs: 1, outcome } }))).toBe(outcome);
	});

	it('is an estimate once a first byte was seen', () => {
		expect(outcomeOf(lease({ progress: { outputTokens: 9, durationMs: 70 } }))).toMatchObject({
			status: 'interrupted',
			usage: { input: 11, output: 9, reasoning: 0 },
			usageSource: 'estimated',
			isEstimated: true,
			durationMs: 70,
		});
	});

	it('is nothing before', () => {
		expect(outcomeOf(lease())).toMatchObject({ usage: NO_TOKENS, usageSource: 'none', isEstimated: true });
	});
});
