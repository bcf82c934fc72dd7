import { describe, expect, it } from '@jest/globals';
import { storableJson, storableText } from './text.js';

describe('storable text', () => {
	it('replaces what PostgreSQL refuses and keeps the rest', () => {
		expect(storableText('a\u0000b\uD800c😀é')).toBe('a\uFFFDb\uFFFDc😀é');
	});
	it('reaches keys and nested values of JSON, and leaves numbers, null and dates alone', () => {
		const at = new Date(0);
		expect(storableJson({ 'k\u0000': ['\uDC00', 1, null], at })).toEqual({ 'k\uFFFD': ['\uFFFD', 1, null], at });
	});
});
