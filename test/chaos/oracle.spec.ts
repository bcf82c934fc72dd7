import { describe, expect, it } from '@jest/globals';
import { isGood, judge, type LedgerRow, type UpstreamCall } from '../../tools/chaos/oracle.mjs';

const usageSent = { prompt_eval_count: 3, eval_count: 10 };
const finished: UpstreamCall = { alias: 'a', state: 'finished', sentChunks: 10, sentTokens: 10, usageSent };
const aborted: UpstreamCall = { alias: 'a', state: 'aborted', sentChunks: 4, sentTokens: 4, usageSent: null };
const exact: LedgerRow = {
	alias: 'a',
	kind: 'call',
	isEstimated: false,
	errorCode: null,
	inputTokens: 3,
	outputTokens: 10,
	cost: '0',
};
const estimate: LedgerRow = { ...exact, isEstimated: true, errorCode: 'replica_lost', inputTokens: 9, outputTokens: 4 };
const correction: LedgerRow = { ...exact, kind: 'correction', inputTokens: -6, outputTokens: 6 };
const done = { alias: 'a', state: 'done' };
const cut = { alias: 'a', state: 'cut' };
const unsure = { alias: 'a', state: 'unsure' };

const good = { lost: [], duplicated: [], unconfirmed: [], wrong: [], costly: [] };

describe('the oracle', () => {
	it.each([
		['an exact row', [finished], [exact], done, {}],
		['a corrected estimate', [finished], [estimate, correction], done, {}],
		['no row for a call that nobody served', [], [], unsure, {}],
		[
			'a row for a call that never reached the upstream',
			[],
			[{ ...estimate, outputTokens: 0 }],
			unsure,
			{ unconfirmed: ['a'] },
		],
		['an estimate of a cut stream', [aborted], [estimate], cut, { unconfirmed: ['a'] }],
		['no row for a stream that began', [aborted], [], cut, { lost: ['a'] }],
		['no row for what the upstream sent to nobody', [aborted], [], unsure, { lost: ['a'] }],
		['no row for an answer that the upstream does not know', [], [], done, { lost: ['a'] }],
		['two rows', [finished], [exact, exact], done, { duplicated: ['a'], wrong: ['a'] }],
		['two corrections', [finished], [estimate, correction, correction], done, { duplicated: ['a'], wrong: ['a'] }],
		['a correction of nothing', [finished], [correction], done, { lost: ['a'] }],
		['other tokens than the upstream said', [finished], [{ ...exact, outputTokens: 9 }], done, { wrong: ['a'] }],
		['a wrong correction', [finished], [estimate, { ...correction, inputTokens: 6 }], done, { wrong: ['a'] }],
		[
			'an estimate above what was sent',
			[aborted],
			[{ ...estimate, outputTokens: 5 }],
			cut,
			{ unconfirmed: ['a'], wrong: ['a'] },
		],
		[
			'an estimate that costs something',
			[aborted],
			[{ ...estimate, cost: '1' }],
			cut,
			{ unconfirmed: ['a'], costly: ['a'] },
		],
	])('%s', (_, upstream, ledger, client, expected) => {
		expect(judge({ upstream, ledger, clients: [client] })).toEqual({ calls: 1, ...good, ...expected });
	});

	it('lets only unconfirmed calls pass, no more than were in flight, and only when the reports agree', () => {
		const verdict = { calls: 2, ...good };
		expect(isGood({ ...verdict, unconfirmed: ['a'] }, 1, true)).toBe(true);
		expect(isGood({ ...verdict, unconfirmed: ['a', 'b'] }, 1, true)).toBe(false);
		expect(isGood(verdict, 0, false)).toBe(false);
		for (const name of ['lost', 'duplicated', 'wrong', 'costly'] as const)
			expect(isGood({ ...verdict, [name]: ['a'] }, 9, true)).toBe(false);
	});
});
