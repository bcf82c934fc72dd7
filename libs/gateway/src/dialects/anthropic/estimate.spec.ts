import { expect, it } from '@jest/globals';
import { estimatedTokens } from './estimate.js';

const of = (...content: object[]) => estimatedTokens({ model: 'm', messages: [{ role: 'user', content }] });
const text = (length: number) => ({ type: 'text', text: 'x'.repeat(length) });

it('grows with the text, in bytes, and is never 0', () => {
	expect(estimatedTokens({})).toBe(1);
	expect(of(text(3_000)) - of(text(0))).toBe(1_000);
	expect(of({ type: 'text', text: 'é'.repeat(300) }) - of(text(0))).toBe(200);
});

it('counts images and documents by table, not by their base64', () => {
	const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'A'.repeat(1_000_000) } };
	expect(of(image) - of()).toBe(1_600);
	const pdf = { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'A'.repeat(4_000) } };
	expect(of(pdf) - of()).toBe(1_000);
});

it('counts tools and what they answered', () => {
	const result = { type: 'tool_result', tool_use_id: 't', content: [text(300), { type: 'image', source: {} }] };
	expect(of(result) - of()).toBeGreaterThan(1_700);
	const tools = [{ name: 'f', description: 'x'.repeat(300), input_schema: { type: 'object', required: ['a'] } }];
	expect(estimatedTokens({ messages: [], tools })).toBeGreaterThan(100);
});
