import { describe, expect, it } from '@jest/globals';
import { chatBody, continued } from './chat-body.js';
import { defaultParent } from './place.js';

const bodyOf = (over: Partial<Parameters<typeof chatBody>[0]>) =>
	JSON.parse(String(chatBody({ model: 'm', systemPrompt: null, history: [], parameters: {}, ...over }))) as {
		messages: { role: string; content: string }[];
	};

describe('The body of a call', () => {
	it('tells calls of tools and their results, no thinking, and nothing of answers without words', () => {
		const { messages } = bodyOf({
			systemPrompt: 'Be brief',
			history: [
				{ role: 'user', content: [{ type: 'text', text: 'Hi' }] },
				{ role: 'assistant', content: [{ type: 'reasoning', text: 'hm' }] },
				{ role: 'assistant', content: [{ type: 'tool_call', id: 't', name: 'f', arguments: '{}' }] },
				{ role: 'tool', content: [{ type: 'tool_result', toolCallId: 't', text: 'no', isError: true }] },
			],
		});
		expect(messages).toEqual([
			{ role: 'system', content: 'Be brief' },
			{ role: 'user', content: 'Hi' },
			{
				role: 'assistant',
				content: '',
				tool_calls: [{ id: 't', type: 'function', function: { name: 'f', arguments: '{}' } }],
			},
			{ role: 'tool', tool_call_id: 't', content: 'Error: no' },
		]);
	});

	it('has the known parameters only', () => {
		expect(bodyOf({ parameters: { temperature: 0, api_base: 'http://x', stream: false } })).toEqual({
			model: 'm',
			temperature: 0,
			messages: [],
		});
	});

	it('asks for the rest behind what there is', () => {
		const { messages } = bodyOf({
			history: continued([{ role: 'assistant', content: [{ type: 'text', text: 'Half' }] }]),
		});
		expect(messages.map(({ role }) => role)).toEqual(['assistant', 'user']);
	});
});

describe('A new message', () => {
	it('answers the last one, or stands beside a question without an answer', () => {
		expect(defaultParent(undefined)).toBeNull();
		expect(defaultParent({ id: 'a', role: 'assistant', parentId: 'q' })).toBe('a');
		expect(defaultParent({ id: 'q', role: 'user', parentId: 'before' })).toBe('before');
	});
});
