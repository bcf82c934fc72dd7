import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { AuditChain, CHAIN_START, ChainCheck, type SealedRow } from './audit-chain.js';

const key = { kid: 'a', value: randomBytes(32) };
const chain = new AuditChain([key]);

function sealed(count: number): SealedRow[] {
	let previous = CHAIN_START;
	return Array.from({ length: count }, (_, at) => {
		const [sequence, canonical] = [at + 1, `["event ${at + 1}"]`];
		const hash = chain.link('a', previous, sequence, canonical) as Buffer;
		previous = hash;
		return { sequence, eventId: `e${sequence}`, hash, keyKid: 'a', canonical };
	});
}
function problemsOf(rows: readonly SealedRow[], by = chain): string[] {
	const check = new ChainCheck(by);
	return rows.flatMap((row) => check.next(row)).map(({ kind, sequence }) => `${kind} ${sequence}`);
}
const changed = (rows: readonly SealedRow[], sequence: number, change: Partial<SealedRow>): SealedRow[] =>
	rows.map((row) => (row.sequence === sequence ? { ...row, ...change } : row));

describe('a chain', () => {
	const rows = sealed(9);

	it('that nobody touched is whole, and has its last link as head', () => {
		expect(problemsOf(rows)).toEqual([]);
		const check = new ChainCheck(chain);
		for (const row of rows) check.next(row);
		expect(check.head).toEqual({ sequence: 9, hash: rows[8]?.hash.toString('hex') });
	});

	it('names exactly the event that was changed or removed', () => {
		for (let sequence = 1; sequence <= 9; sequence++) {
			expect(problemsOf(changed(rows, sequence, { canonical: '["other"]' }))).toEqual([`changed ${sequence}`]);
			expect(problemsOf(changed(rows, sequence, { canonical: null }))).toEqual([`removed ${sequence}`]);
			expect(problemsOf(rows.filter((row) => row.sequence !== sequence))).toEqual(
				sequence === 9 ? [] : [`removed ${sequence}`], // the end is for the head to tell
			);
		}
	});

	it('notices events that changed places, and seals without the key', () => {
		const [second, third] = [rows[1] as SealedRow, rows[2] as SealedRow];
		const swapped = changed(changed(rows, 2, { canonical: third.canonical }), 3, { canonical: second.canonical });
		expect(problemsOf(swapped)).toEqual(['changed 2', 'changed 3']);
		const forged = new AuditChain([{ kid: 'a', value: randomBytes(32) }]);
		const hash = forged.link('a', (rows[8] as SealedRow).hash, 10, '["forged"]') as Buffer;
		expect(problemsOf([...rows, { sequence: 10, eventId: 'f', hash, keyKid: 'a', canonical: '["forged"]' }])).toEqual([
			'changed 10',
		]);
	});

	it('goes on under a new key, and says when an old one is not configured', () => {
		const both = new AuditChain([{ kid: 'b', value: randomBytes(32) }, key]);
		const hash = both.link('b', (rows[8] as SealedRow).hash, 10, '["ten"]') as Buffer;
		const longer = [...rows, { sequence: 10, eventId: 'e10', hash, keyKid: 'b', canonical: '["ten"]' }];
		expect(problemsOf(longer, both)).toEqual([]);
		expect(problemsOf(longer)).toEqual(['unknown_key 10']);
	});
});
