import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type SplitValue, splitValues } from './split-values.js';

async function split(text: string, cuts: readonly number[] = [], maxBytes = 10_000): Promise<SplitValue[]> {
	const bytes = Buffer.from(text);
	async function* chunks(): AsyncIterable<Uint8Array> {
		let from = 0;
		for (const cut of cuts.toSorted((a, b) => a - b)) {
			yield bytes.subarray(from, cut);
			from = Math.max(from, Math.min(cut, bytes.length));
		}
		yield bytes.subarray(from);
	}
	const values: SplitValue[] = [];
	for await (const value of splitValues(chunks(), maxBytes)) values.push(value);
	return values;
}
const parsed = (values: readonly SplitValue[]): unknown[] =>
	values.map((value) => ('bytes' in value ? JSON.parse(value.bytes.toString()) : value));

const object = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' }));

describe('a file cut into values', () => {
	it('is the items of a list, lines of JSON, or one document, wherever it is cut', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(object),
				fc.array(fc.nat(300)),
				fc.constantFrom(undefined, '\t'),
				async (items, cuts, indent) => {
					expect(parsed(await split(JSON.stringify(items, null, indent), cuts))).toEqual(
						JSON.parse(JSON.stringify(items)),
					);
					const lines = items.map((item) => JSON.stringify(item, null, indent)).join('\n');
					expect(parsed(await split(lines, cuts))).toEqual(JSON.parse(JSON.stringify(items)));
				},
			),
		);
	});

	it('has no value where there is none', async () => {
		for (const text of ['', ' \n', '[]', '[ ]', '\uFEFF[]']) expect(await split(text)).toEqual([]);
		expect(parsed(await split('\uFEFF[{"a":1}]'))).toEqual([{ a: 1 }]);
	});

	it('says of what is too large only how large it is, and goes on behind it', async () => {
		const large = JSON.stringify({ text: 'x'.repeat(500) });
		const values = await split(`[{"a":1},${large},{"b":2}]`, [20, 40, 300], 100);
		expect(parsed(values)).toEqual([{ a: 1 }, { tooLarge: large.length }, { b: 2 }]);
	});

	it('that is cut off or no JSON is a value all the same: its parser says what is wrong', async () => {
		const [first, second] = await split('[{"a":1},{"b":');
		expect(first).toEqual({ bytes: Buffer.from('{"a":1}') });
		expect(second).toEqual({ bytes: Buffer.from('{"b":') });
		expect(await split('<html>')).toEqual([{ bytes: Buffer.from('<html>') }]);
		await fc.assert(fc.asyncProperty(fc.string(), async (text) => void (await split(text))));
	});
});
