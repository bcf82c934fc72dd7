import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ImportedMessage } from './imported.js';
import { readConversation } from './read-conversation.js';
import { tidy } from './tidy.js';

const bare = (key: string, parentKey: string | null): ImportedMessage => ({
	key,
	parentKey,
	role: 'user',
	content: [],
	model: null,
	state: 'complete',
	finishReason: null,
	usage: null,
	metadata: {},
	createdAt: null,
});

describe('what is tidied', () => {
	it('is a tree with every message once, parents first, whatever it was', () => {
		const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
		const messages = fc.array(fc.tuple(key, fc.option(fc.oneof(key, fc.constant('nowhere')))));
		fc.assert(
			fc.property(messages, (pairs) => {
				const raw = pairs.map(([name, parent]) => bare(name, parent));
				const read = tidy({ ...readConversation({ messages: [] }), messages: raw, activeKey: 'a' });
				expect(new Set(read.messages.map((message) => message.key))).toEqual(new Set(pairs.map(([name]) => name)));
				const seen = new Set<string>();
				for (const message of read.messages) {
					expect(seen.has(message.key)).toBe(false);
					if (message.parentKey !== null) expect(seen.has(message.parentKey)).toBe(true);
					seen.add(message.key);
				}
				const wasTree =
					new Set(pairs.map(([name]) => name)).size === pairs.length && pairs.every(([, parent]) => parent === null);
				if (wasTree) expect(read.notes).toEqual([]);
			}),
		);
	});

	it('says what was changed', () => {
		const raw = [bare('a', 'b'), bare('b', 'a'), bare('c', 'nowhere'), bare('c', null)];
		expect(tidy({ ...readConversation({ messages: [] }), messages: raw }).notes).toEqual([
			'1 messages were there twice: the first ones count',
			'1 messages answer one that is not there: they begin branches',
			'1 circles of messages were cut',
		]);
	});

	it('may be a hundred thousand messages in a row', () => {
		const raw = Array.from({ length: 100_000 }, (_, n) => bare(String(n), n === 0 ? null : String(n - 1)));
		expect(tidy({ ...readConversation({ messages: [] }), messages: raw.toReversed() }).messages).toEqual(raw);
	});
});
