import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ContentPart, MessageRole, MessageState } from '#libs/conversations';
import { chatgptWriter } from '../export/chatgpt.js';
import { type ConversationWriter, Outline } from '../export/conversation-writer.js';
import { jsonWriter } from '../export/json.js';
import { openWebuiWriter } from '../export/open-webui.js';
import type { OwnConversation, OwnMessage } from '../own-conversation.js';
import { readConversation } from './read-conversation.js';

const text = fc.string({ unit: 'binary', maxLength: 20 });
const part: fc.Arbitrary<ContentPart> = fc.oneof(
	fc.record({ type: fc.constant('text' as const), text }),
	fc.record({ type: fc.constant('reasoning' as const), text }),
	fc.record({ type: fc.constant('tool_call' as const), id: text, name: text, arguments: text }),
	fc.record({ type: fc.constant('tool_result' as const), toolCallId: text, text, isError: fc.boolean() }),
);
const time = fc
	.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
	.map((date) => date.toISOString());
const owned = fc
	.record({
		head: fc.record({
			title: text,
			parameters: fc.dictionary(text, fc.integer()),
			isPinned: fc.boolean(),
			createdAt: time,
		}),
		messages: fc.array(
			fc.record({
				parent: fc.nat(),
				role: fc.constantFrom<MessageRole>('system', 'user', 'assistant', 'tool'),
				state: fc.constantFrom<MessageState>('complete', 'stopped', 'interrupted', 'failed'),
				content: fc.array(part, { maxLength: 3 }),
				createdAt: time,
			}),
			{ maxLength: 12 },
		),
	})
	.map(({ head, messages }): { conversation: OwnConversation; messages: OwnMessage[] } => ({
		conversation: {
			id: 'c',
			titleSource: 'person',
			folder: ['A', 'B'],
			tags: ['t'],
			model: 'm',
			systemPrompt: 's',
			metadata: { a: 1 },
			archivedAt: null,
			activeLeafId: messages.length === 0 ? null : `m${messages.length - 1}`,
			messageCount: messages.length,
			updatedAt: head.createdAt,
			lastActiveAt: head.createdAt,
			...head,
		},
		messages: messages.map(({ parent, ...message }, at) => ({
			id: `m${at}`,
			parentId: at === 0 || parent % (at + 1) === at ? null : `m${parent % at}`,
			model: 'x',
			finishReason: 'stop',
			usage: { input: 1 },
			metadata: {},
			...message,
		})),
	}));

const rewritten = (writer: ConversationWriter, conversation: OwnConversation, messages: readonly OwnMessage[]) => {
	const of = { conversation, outline: new Outline(messages) };
	const file =
		writer.begin(of) + messages.map((message, n) => writer.message(message, n, of)).join('') + writer.end(of);
	return readConversation(JSON.parse(file));
};

describe('what was exported', () => {
	it('is the same again in own JSON', () => {
		fc.assert(
			fc.property(owned, ({ conversation, messages }) => {
				const {
					format: _,
					key,
					activeKey,
					notes,
					messages: read,
					...head
				} = rewritten(jsonWriter, conversation, messages);
				const { id, activeLeafId, messageCount: _count, updatedAt: _updated, ...said } = conversation;
				expect({ key, activeKey, notes }).toEqual({ key: id, activeKey: activeLeafId, notes: [] });
				expect(JSON.parse(JSON.stringify(head))).toEqual(said);
				expect(JSON.parse(JSON.stringify(read))).toEqual(
					messages.map(({ id: own, parentId, ...rest }) => ({ key: own, parentKey: parentId, ...rest })),
				);
			}),
		);
	});

	it.each([
		['Open WebUI', openWebuiWriter],
		['ChatGPT', chatgptWriter],
	] as const)('has the same tree in the form of %s', (_name, writer) => {
		const spoken = owned.map(({ conversation, messages }) => ({
			conversation,
			messages: messages.map((message) => ({ ...message, content: [{ type: 'text' as const, text: 'words' }] })),
		}));
		fc.assert(
			fc.property(spoken, ({ conversation, messages }) => {
				const read = rewritten(writer, conversation, messages);
				expect(read.messages).toMatchObject(
					messages.map(({ id, parentId, role, content }) => ({ key: id, parentKey: parentId, role, content })),
				);
				expect([read.title, read.activeKey]).toEqual([conversation.title, conversation.activeLeafId]);
			}),
		);
	});
});
