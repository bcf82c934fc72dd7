import { describe, expect, it } from '@jest/globals';
import { estimatedResponseTokens as estimate } from './estimate.js';

describe('the estimate of input tokens', () => {
	it('goes by the bytes of what the model reads, and by table for the rest', () => {
		expect(estimate({ input: 'x'.repeat(300) })).toBe(100);
		expect(estimate({ input: 'é'.repeat(150), model: 'long '.repeat(99), metadata: { a: 'b'.repeat(99) } })).toBe(100);
		expect(estimate({ input: 'x'.repeat(300), instructions: 'y'.repeat(30) })).toBe(110);
		const image = { type: 'input_image', image_url: `data:image/png;base64,${'A'.repeat(1_000_000)}` };
		expect(estimate({ input: [{ role: 'user', content: [image] }] })).toBeLessThan(1_700);
		const file = { type: 'input_file', file_data: 'A'.repeat(4_000) };
		expect(estimate({ input: [{ role: 'user', content: [file] }] })).toBeGreaterThanOrEqual(1_000);
	});
	it('is never 0, and grows with tools', () => {
		expect(estimate({})).toBe(1);
		const tool = { type: 'function', name: 'f', parameters: { type: 'object', properties: { a: { type: 'string' } } } };
		expect(estimate({ input: 'x', tools: [tool, tool] })).toBeGreaterThan(estimate({ input: 'x', tools: [tool] }));
	});
});
