import { describe, expect, it } from '@jest/globals';
import { echoAnswer } from './echo-answer.js';
import { minimalInstance } from './minimal-instance.js';

const ask = (content: string, rest: object = {}, ...before: object[]) =>
	echoAnswer({ messages: [...before, { role: 'user', content }], ...rest });
const weather = {
	type: 'function',
	function: {
		name: 'weather',
		parameters: {
			type: 'object',
			properties: { city: { type: 'string' }, days: { type: 'integer' } },
			required: ['city'],
		},
	},
};

describe('the development model', () => {
	it('repeats, plainly labelled, the last message', () => {
		expect(ask('Hello', {}, { role: 'user', content: 'before' })).toMatchObject({
			text: '[development model, repeats you] Hello',
			finish: 'stop',
			choices: 1,
		});
		expect(ask('x', { n: 3 }).choices).toBe(3);
	});

	it('calls the tool that it must call or that is named, with arguments of its schema', () => {
		const call = { name: 'weather', json: '{"city":"Oslo"}' };
		for (const tool_choice of ['required', { type: 'function', function: { name: 'weather' } }])
			expect(ask('Oslo', { tools: [weather], tool_choice })).toMatchObject({ call, finish: 'tool_calls', text: '' });
		expect(ask('the weather in Oslo', { tools: [weather] }).call?.name).toBe('weather');
		expect(ask('Oslo', { tools: [weather] }).call).toBeUndefined();
		expect(ask('weather', { tools: [weather], tool_choice: 'none' }).call).toBeUndefined();
		const answered = {
			messages: [
				{ role: 'user', content: 'weather' },
				{ role: 'tool', content: 'rain' },
			],
			tools: [weather],
		};
		expect(echoAnswer(answered)).toMatchObject({ call: undefined, text: '[development model, repeats you] rain' });
	});

	it('keeps to a format, to a stop sequence and to a cap', () => {
		const schema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] };
		expect(ask('x', { response_format: { type: 'json_schema', json_schema: { schema } } }).text).toBe('{"a":"x"}');
		expect(ask('x', { response_format: { type: 'json_object' } }).text).toBe('{"echo":"x"}');
		expect(ask('one STOP two END', { stop: ['END', 'STOP'] })).toMatchObject({
			text: '[development model, repeats you] one ',
			finish: 'stop',
			stoppedBy: 'STOP',
		});
		expect(ask('long', { max_tokens: 2 })).toMatchObject({ text: '[develop', finish: 'length' });
	});
});

describe('a minimal instance', () => {
	it.each<[object, unknown]>([
		[{ type: 'string', minLength: 3, maxLength: 4 }, 'hi..'.slice(0, 3)],
		[{ type: 'string', format: 'date' }, '2000-01-01'],
		[{ enum: ['b', 'a'] }, 'b'],
		[{ const: 0 }, 0],
		[{ type: ['null', 'string'] }, null],
		[{ type: 'integer', minimum: 5, multipleOf: 3 }, 6],
		[{ type: 'number', exclusiveMinimum: 1 }, 2],
		[{ type: 'number', maximum: -4 }, -4],
		[{ type: 'array', items: { type: 'boolean' }, minItems: 2 }, [false, false]],
		[{ type: 'object', properties: { a: {}, b: {} }, required: ['b'] }, { b: 'hi' }],
		[{ anyOf: [{ type: 'null' }, { type: 'string' }] }, null],
		[
			{
				allOf: [
					{ properties: { a: { const: 1 } }, required: ['a'] },
					{ properties: { b: { const: 2 } }, required: ['b'] },
				],
			},
			{ a: 1, b: 2 },
		],
		[{ $ref: '#/$defs/x', $defs: { x: { type: 'boolean' } } }, false],
	])('of %j', (schema, expected) => {
		expect(minimalInstance(schema, 'hi')).toEqual(expected);
	});

	it('of a schema that never ends is cut', () => {
		const schema = { type: 'object', properties: { next: { $ref: '#' } }, required: ['next'] };
		expect(JSON.stringify(minimalInstance(schema, '')).length).toBeLessThan(500);
	});
});
