import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AppError } from '#libs/kernel';
import { foldedKeys, refuseLookalikes, scanJson } from './scan-json.js';
import { splice } from './splice.js';

const code = (run: () => unknown): string => {
	try {
		run();
		return 'none';
	} catch (error) {
		if (error instanceof AppError) return error.code;
		throw error;
	}
};
const scan = (text: string) => scanJson(Buffer.from(text));

describe('scanJson', () => {
	it('finds the bytes of every top-level value of any object, however it is spaced', () => {
		fc.assert(
			fc.property(
				fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()),
				fc.constantFrom(0, 1, 2),
				(object, indent) => {
					const body = Buffer.from(JSON.stringify(object, null, indent));
					const { value, spans } = scanJson(body);
					expect(value).toEqual(JSON.parse(body.toString()));
					expect([...spans.keys()].toSorted()).toEqual(Object.keys(object).toSorted());
					for (const [key, { start, end }] of spans)
						expect(JSON.parse(body.subarray(start, end).toString())).toEqual((value as Record<string, unknown>)[key]);
				},
			),
		);
	});

	it('splices one value and keeps all other bytes', () => {
		const body = Buffer.from('{ "a" : 1.0 , "model":"x\\"y", "z":[1e5] }');
		const span = scanJson(body).spans.get('model');
		expect(splice(body, [{ start: span?.start ?? 0, end: span?.end ?? 0, bytes: '"new"' }]).toString()).toBe(
			'{ "a" : 1.0 , "model":"new", "z":[1e5] }',
		);
	});

	it.each([
		['', 'invalid_json'],
		['null', 'invalid_json'],
		['[]', 'invalid_json'],
		['"x"', 'invalid_json'],
		['0', 'invalid_json'],
		['{"a":', 'invalid_json'],
		['{"a":"b', 'invalid_json'],
		['{"a":NaN}', 'invalid_json'],
		['{"a":1}}', 'invalid_json'],
		['\uFEFF{"a":1}', 'invalid_json'],
		['{"a":1,"a":2}', 'duplicate_field'],
		['{"a":1,"\\u0061":2}', 'duplicate_field'],
		[`{"a":${'['.repeat(65)}${']'.repeat(65)}}`, 'too_deep'],
		[`{"a":[${'0,'.repeat(10_000)}0]}`, 'too_many_items'],
		[`{${Array.from({ length: 10_001 }, (_, n) => `"k${n}":0`).join()}}`, 'too_many_items'],
		[`{"a":[${Array.from({ length: 6_000 }, () => '{"x":0,"y":0}').join()}]}`, 'too_many_keys'],
	])('refuses %#', (text, expected) => {
		expect(code(() => scan(text))).toBe(expected);
	});

	it('refuses broken UTF-8 and a million levels without recursion', () => {
		expect(code(() => scanJson(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])))).toBe('invalid_encoding');
		expect(code(() => scan('['.repeat(1_000_000)))).toBe('too_deep');
	});

	it('refuses keys that differ from a known one by case only', () => {
		const known = foldedKeys(['model', 'stream']);
		for (const key of ['Model', 'MODEL', '\u017Ftream']) {
			const { spans } = scan(JSON.stringify({ model: 'ok', [key]: 'forbidden' }));
			expect(code(() => refuseLookalikes(spans, known))).toBe('duplicate_field');
		}
		expect(code(() => refuseLookalikes(scan('{"model":"a","other":1}').spans, known))).toBe('none');
	});

	it('does not show the body in its messages', () => {
		expect(() => scan('{"password":"hunter2",}')).toThrow(
			expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
		);
	});
});
