import { expect, it } from '@jest/globals';
import type { ContentPart, MessageRecord, MessageRole } from './message.js';
import { hashOfToken, newToken, sharedOf } from './share-link.js';

const message = (role: MessageRole, ...content: ContentPart[]): MessageRecord => ({
	id: role,
	conversationId: 'c',
	sequence: 1,
	parentId: null,
	role,
	content,
	model: 'm',
	state: 'complete',
	finishReason: null,
	usage: { input: 1 },
	runId: null,
	metadata: { secret: 'metadata' },
	createdAt: new Date(0),
});

it('shows questions and answers, and nothing that led to them', () => {
	const shown = sharedOf([
		message('system', { type: 'text', text: 'secret prompt' }),
		message('developer', { type: 'text', text: 'secret order' }),
		message('user', { type: 'text', text: 'hello' }, { type: 'file', attachmentId: 'secret file' }),
		message('assistant', { type: 'tool_call', id: 'x', name: 'secret tool', arguments: '{}' }),
		message('tool', { type: 'tool_result', toolCallId: 'x', text: 'secret result' }),
		message('assistant', { type: 'reasoning', text: 'secret thought' }, { type: 'text', text: 'hi' }),
	]);
	expect(shown.map(({ text }) => text)).toEqual(['hello', 'hi']);
	expect(JSON.stringify(shown)).not.toContain('secret');
});

it('has tokens of 256 bits, of which a hash is kept', () => {
	const [one, other] = [newToken(), newToken()];
	expect(one).toMatch(/^[\w-]{43}$/);
	expect(hashOfToken(one).equals(hashOfToken(one))).toBe(true);
	expect(hashOfToken(one).equals(hashOfToken(other))).toBe(false);
});
