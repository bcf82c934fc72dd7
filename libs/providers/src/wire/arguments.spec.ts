import { expect, it } from '@jest/globals';
import { argumentsObject } from './arguments.js';

it.each([
	['', {}],
	['{"a":1,"b":{"c":[]}}', { a: 1, b: { c: [] } }],
	['[1]', { value: [1] }],
	['null', { value: null }],
	['"x"', { value: 'x' }],
	['{"a":', { value: '{"a":' }],
])('%j is an object', (json, expected) => {
	expect(argumentsObject(json)).toEqual(expected);
});
