import { describe, expect, it } from '@jest/globals';
import { stickyKeyOf } from './sticky-key.js';

const messages = [
	{ role: 'system', content: 'be brief' },
	{ role: 'user', content: 'hello' },
];

describe('what keeps a caller at an upstream', () => {
	it('is the key it sends', () => {
		expect(stickyKeyOf('prompt_cache_key', { prompt_cache_key: 'k', messages })).toBe('k');
		expect(stickyKeyOf('conversation', { prompt_cache_key: 'k', conversation: 'c' })).toBe('k');
		expect(stickyKeyOf('prompt_cache_key', { messages })).toBeUndefined();
	});

	it('is the conversation by its id, or by how it began', () => {
		expect(stickyKeyOf('conversation', { conversation: { id: 'c' } })).toBe('c');
		expect(stickyKeyOf('conversation', { metadata: { user_id: 'u' } })).toBe('u');
		const began = stickyKeyOf('conversation', { messages });
		const grown = stickyKeyOf('conversation', {
			messages: [...messages, { role: 'assistant', content: 'hi' }, { role: 'user', content: 'more' }],
		});
		expect(grown).toBe(began);
		expect(stickyKeyOf('conversation', { messages: [{ role: 'user', content: 'other' }] })).not.toBe(began);
		expect(stickyKeyOf('conversation', { messages: [] })).toBeUndefined();
	});
});
