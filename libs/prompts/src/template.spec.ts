import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PromptVariable } from './prompt.js';
import { demandTemplate, render } from './template.js';

const text = (name: string, over: Partial<PromptVariable> = {}): PromptVariable => ({ name, type: 'text', ...over });
const fields = (work: () => unknown): readonly string[] => {
	try {
		work();
		return [];
	} catch (error) {
		return (error as { details: { field: string; code: string }[] }).details.map(
			({ field, code }) => `${field} ${code}`,
		);
	}
};

describe('a template', () => {
	it('is filled with values and defaults', () => {
		const variables = [
			text('who'),
			{ name: 'n', type: 'number', default: 3 },
			{ name: 'yes', type: 'boolean' },
		] as const;
		expect(render({ template: 'Hi {{who}} {{ n }} {{yes}} {{who}}', variables }, { who: 'Anna', yes: true })).toBe(
			'Hi Anna 3 true Anna',
		);
	});

	it('says of every value what is wrong with it', () => {
		const variables = [text('a'), text('b', { type: 'choice', choices: ['x', 'y'] }), text('c', { type: 'number' })];
		const template = '{{a}}{{b}}{{c}}';
		expect(fields(() => render({ template, variables }, { b: 'z', c: '1', d: 1 }))).toEqual([
			'values.d unknown_field',
			'values.a required',
			'values.b not_allowed',
			'values.c wrong_type',
		]);
		expect(fields(() => render({ template: '{{constructor}}', variables: [text('constructor')] }, {}))).toEqual([
			'values.constructor required',
		]);
	});

	it('declares what it uses, and uses what it declares', () => {
		expect(fields(() => demandTemplate({ template: '{{x}}', variables: [text('y')] }))).toEqual([
			'template unknown_variable',
			'variables.0 unused',
		]);
		const variables = [text('x'), text('x', { type: 'choice' }), text('z', { default: 1 })];
		expect(fields(() => demandTemplate({ template: '{{x}}{{z}}', variables }))).toEqual([
			'variables.1 duplicate',
			'variables.1.choices invalid',
			'variables.2.default wrong_type',
		]);
	});

	it('takes a value for text, whatever it looks like', () => {
		fc.assert(
			fc.property(fc.string(), (value) => {
				const variables = [text('a'), text('b', { default: 'B' })];
				expect(render({ template: '<{{a}}|{{b}}>', variables }, { a: value })).toBe(`<${value}|B>`);
			}),
		);
		expect(render({ template: '{{a}}{{b}}', variables: [text('a'), text('b')] }, { a: '{{b}}', b: '$&' })).toBe(
			'{{b}}$&',
		);
	});
});
