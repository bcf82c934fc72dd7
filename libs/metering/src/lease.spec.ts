import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CallOutcome, CallStart } from './call.js';
import type { Cost } from './prices/cost.js';
import { packOutcome, packProgress, packStart, unpackLease } from './lease.js';

const text = fc.string({ unit: 'binary' });
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const count = fc.nat({ max: 1_000_000_000 });
const start: fc.Arbitrary<Omit<CallStart, 'organizationId' | 'epochs' | 'candidates' | 'reservedImages'>> = fc.record({
	projectId: optional(fc.uuid()),
	userId: optional(fc.uuid()),
	keyId: optional(fc.uuid()),
	requestId: text,
	dialect: fc.constantFrom('openai' as const, 'anthropic' as const, 'ollama' as const),
	operation: fc.constantFrom('chat' as const, 'embeddings' as const),
	alias: text,
	providerId: fc.uuid(),
	vendor: text,
	model: text,
	isStreamed: fc.boolean(),
	reservedInputTokens: count,
	reservedOutputTokens: count,
});
const money = fc.bigInt({ min: 0n, max: 10n ** 18n });
const cost: fc.Arbitrary<Cost> = fc
	.record({
		priceVersion: fc.option(text),
		input: money,
		cacheRead: money,
		cacheWrite: money,
		output: money,
		reasoning: money,
	})
	.map((parts) => ({
		...parts,
		total: parts.input + parts.cacheRead + parts.cacheWrite + parts.output + parts.reasoning,
	}));
const outcome: fc.Arbitrary<CallOutcome> = fc.record({
	status: fc.constantFrom('ok' as const, 'error' as const, 'interrupted' as const),
	errorCode: optional(text),
	usage: fc.record(
		{
			input: count,
			cacheRead: count,
			cacheWrite: count,
			output: count,
			reasoning: count,
			audioInput: count,
			audioOutput: count,
			cacheWriteHour: count,
			images: count,
		},
		{ requiredKeys: ['input', 'cacheRead', 'cacheWrite', 'output', 'reasoning'] },
	),
	usageSource: fc.constantFrom('provider' as const, 'provider_partial' as const, 'estimated' as const, 'none' as const),
	isEstimated: fc.boolean(),
	attempts: fc.nat(),
	firstTokenMs: optional(fc.nat()),
	durationMs: fc.nat(),
	upstreamMs: optional(count),
	delivered: optional(count),
	failures: optional(
		fc.array(fc.record({ providerId: fc.uuid(), model: text, ms: count, errorCode: text }), { maxLength: 3 }),
	),
	cost: optional(fc.oneof(fc.constant('unpriced' as const), cost)),
});
const firstLine = (call: CallStart) => `2026-01-31 1769817600 123456 ${packStart(call, 'replica', 99)}`;

describe('a lease', () => {
	it('says what was put into it, whatever characters that had', () => {
		fc.assert(
			fc.property(start, outcome, (known, ended) => {
				const line = firstLine({ ...known, organizationId: 'o', epochs: [], candidates: [], reservedImages: 0 });
				expect(unpackLease(line)).toEqual({
					occurredOn: '2026-01-31',
					occurredAtMs: 1_769_817_600_123,
					replicaId: 'replica',
					hardEndMs: 99,
					start: known,
					progress: undefined,
					settled: undefined,
				});
				const settled = unpackLease(`${line}\nS1769817601000 ${packOutcome(ended)}`);
				expect(settled.settled).toEqual({ atMs: 1_769_817_601_000, outcome: ended });
				const running = unpackLease(`${line}\nP${packProgress({ outputTokens: 3, durationMs: 4.4 })}`);
				expect(running.progress).toEqual({ outputTokens: 3, durationMs: 4 });
			}),
		);
	});

	it('of another format or of no format at all is an error', () => {
		expect(() => unpackLease('2026-01-31 1 2 [2,"replica"]')).toThrow('unknown format 2');
		for (const rubbish of ['', 'x', '2026-01-31 1 2 {', '\nS1 []']) expect(() => unpackLease(rubbish)).toThrow(/./);
	});
});
