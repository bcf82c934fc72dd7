import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ImportedConversation } from './imported.js';
import { conversationsIn, readConversation } from './read-conversation.js';

const shape = ({ messages }: ImportedConversation) =>
	messages.map(({ key, parentKey, role, content }) => [
		key,
		parentKey,
		role,
		content.map((part) => ('text' in part ? part.text : part.type)).join('|'),
	]);

describe('ChatGPT', () => {
	const message = (role: string, text: string, more: object = {}) => ({
		author: { role },
		create_time: 1_777_000_000.5,
		content: { content_type: 'text', parts: [text] },
		status: 'finished_successfully',
		...more,
	});
	const conversation = {
		conversation_id: 'c1',
		title: 'Trip',
		create_time: 1_777_000_000,
		update_time: 1_777_000_100,
		current_node: 'b2',
		default_model_slug: 'gpt-5',
		is_starred: true,
		mapping: {
			root: { id: 'root', message: null, parent: null, children: ['sys'] },
			sys: {
				id: 'sys',
				parent: 'root',
				children: ['q'],
				message: message('system', '', { metadata: { is_visually_hidden_from_conversation: true } }),
			},
			q: { id: 'q', parent: 'sys', children: ['b1', 'thought'], message: message('user', 'Where to?') },
			b1: {
				id: 'b1',
				parent: 'q',
				children: [],
				message: message('assistant', 'Rome', { metadata: { model_slug: 'gpt-4o' } }),
			},
			thought: {
				id: 'thought',
				parent: 'q',
				children: ['b2'],
				message: {
					author: { role: 'assistant' },
					content: { content_type: 'thoughts', thoughts: [{ content: 'Hm' }, { content: 'Oslo?' }] },
				},
			},
			b2: { id: 'b2', parent: 'thought', children: [], message: message('assistant', 'Oslo') },
		},
	};

	it('keeps every branch, across what is hidden, with the model of the conversation where a message has none', () => {
		const read = readConversation(conversation);
		expect(shape(read)).toEqual([
			['q', null, 'user', 'Where to?'],
			['b1', 'q', 'assistant', 'Rome'],
			['thought', 'q', 'assistant', 'Hm\n\nOslo?'],
			['b2', 'thought', 'assistant', 'Oslo'],
		]);
		expect(read).toMatchObject({
			format: 'chatgpt',
			key: 'c1',
			title: 'Trip',
			activeKey: 'b2',
			isPinned: true,
			notes: [],
		});
		expect(read.messages.map(({ model }) => model)).toEqual([null, 'gpt-4o', 'gpt-5', 'gpt-5']);
		expect(read.createdAt).toEqual(new Date(1_777_000_000_000));
	});

	it('knows the tree by parents where children are missing, and by children where parents are', () => {
		const entries = Object.entries(conversation.mapping);
		const childless = Object.fromEntries(entries.map(([key, { children: _, ...node }]) => [key, node]));
		const parentless = Object.fromEntries(entries.map(([key, { parent: _, ...node }]) => [key, node]));
		const expected = shape(readConversation(conversation));
		for (const mapping of [childless, parentless])
			expect(shape(readConversation({ ...conversation, mapping }))).toEqual(expected);
	});

	it('shows images by their name, code as code, and leaves out what is no message', () => {
		const content = (value: object) => ({ author: { role: 'user' }, content: value });
		const { messages } = readConversation({
			id: 'c',
			mapping: {
				a: {
					message: content({
						content_type: 'multimodal_text',
						parts: [{ content_type: 'image_asset_pointer', asset_pointer: 'sediment://file_1' }, 'Look'],
					}),
				},
				b: { parent: 'a', message: content({ content_type: 'code', language: 'python', text: '1+1' }) },
				c: { parent: 'b', message: content({ content_type: 'user_editable_context', parts: [] }) },
				d: { parent: 'c', message: content({ content_type: 'execution_output', text: '2' }) },
			},
		});
		expect(
			messages.map(({ content: [part], parentKey }) => [parentKey, part && 'text' in part ? part.text : '']),
		).toEqual([
			[null, '[image file_1]\nLook'],
			['a', '```python\n1+1\n```'],
			['b', '2'],
		]);
	});
});

describe('Open WebUI', () => {
	const chat = {
		title: 'T',
		models: ['llama3'],
		params: { system: 'Be brief' },
		tags: ['x'],
		timestamp: 1_777_000_000_000,
		history: {
			currentId: 'c',
			messages: {
				a: { id: 'a', parentId: null, childrenIds: ['b', 'c'], role: 'user', content: 'Hi', timestamp: 1_777_000_000 },
				b: { id: 'b', parentId: 'a', childrenIds: [], role: 'assistant', content: 'One', model: 'llama3' },
				c: { id: 'c', parentId: 'a', childrenIds: [], role: 'assistant', content: 'Two', done: false },
			},
		},
	};

	it('keeps branches, tags and the system prompt; also where the chat stands bare', () => {
		const whole = readConversation({ id: 'w', title: 'Title', chat, pinned: true, meta: { tags: ['y'] } });
		expect(whole).toMatchObject({
			key: 'w',
			title: 'Title',
			isPinned: true,
			tags: ['y', 'x'],
			systemPrompt: 'Be brief',
			model: 'llama3',
		});
		expect(shape(whole)).toEqual([
			['a', null, 'user', 'Hi'],
			['b', 'a', 'assistant', 'One'],
			['c', 'a', 'assistant', 'Two'],
		]);
		expect(whole.messages.map(({ state }) => state)).toEqual(['complete', 'complete', 'interrupted']);
		const bare = readConversation(chat);
		expect([bare.title, shape(bare)]).toEqual(['T', shape(whole)]);
		expect(bare.key).toMatch(/^[0-9a-f]{32}$/);
	});

	it('takes a list of messages', () => {
		const listed = {
			chat: {
				title: 'L',
				messages: [
					{ role: 'user', content: 'a' },
					{ role: 'assistant', content: 'b' },
				],
			},
		};
		expect(shape(readConversation(listed))).toEqual([
			['0', null, 'user', 'a'],
			['1', '0', 'assistant', 'b'],
		]);
	});
});

describe('LibreChat', () => {
	const root = '00000000-0000-0000-0000-000000000000';
	const one = { messageId: 'm1', parentMessageId: root, isCreatedByUser: true, text: 'Hi' };
	const two = {
		messageId: 'm2',
		parentMessageId: 'm1',
		sender: 'GPT',
		model: 'gpt-4o',
		content: [
			{ type: 'think', think: 'Hm' },
			{ type: 'text', text: 'Hello' },
		],
	};

	const { parentMessageId: _, ...withoutParent } = two;

	it.each([
		['a list', { messages: [two, one] }],
		['a tree', { messagesTree: [{ ...one, children: [withoutParent] }] }],
	])('as %s', (_name, messages) => {
		const read = readConversation({
			conversationId: 'l',
			title: 'L',
			endpoint: 'openAI',
			options: { model: 'gpt-4o', promptPrefix: 'P' },
			...messages,
		});
		expect(shape(read)).toEqual([
			['m1', null, 'user', 'Hi'],
			['m2', 'm1', 'assistant', 'Hm|Hello'],
		]);
		expect(read).toMatchObject({ format: 'librechat', key: 'l', model: 'gpt-4o', systemPrompt: 'P' });
	});
});

describe('Claude', () => {
	it('has messages in a row, or with parents', () => {
		const read = readConversation({
			uuid: 'u',
			name: 'N',
			created_at: '2026-05-01T00:00:00Z',
			chat_messages: [
				{
					uuid: 'a',
					sender: 'human',
					text: 'Q',
					content: [],
					attachments: [{ file_name: 'x.txt', extracted_content: 'in it' }],
				},
				{
					uuid: 'b',
					sender: 'assistant',
					content: [
						{ type: 'thinking', thinking: 'Hm' },
						{ type: 'tool_use', id: 't', name: 'find', input: { q: 1 } },
						{ type: 'tool_result', tool_use_id: 't', content: [{ type: 'text', text: 'found' }] },
						{ type: 'text', text: 'A' },
					],
				},
				{ uuid: 'c', sender: 'assistant', text: 'Other', parent_message_uuid: 'a' },
			],
		});
		expect(shape(read)).toEqual([
			['a', null, 'user', 'Q|[file x.txt]\nin it'],
			['b', 'a', 'assistant', 'Hm|tool_call|found|A'],
			['c', 'a', 'assistant', 'Other'],
		]);
	});
});

describe('others', () => {
	it('are known by their shape', () => {
		const messages = [
			{ role: 'user', content: 'a' },
			{ role: 'assistant', content: [{ type: 'text', text: 'b' }] },
		];
		const rows = [
			['0', null, 'user', 'a'],
			['1', '0', 'assistant', 'b'],
		];
		const ui = {
			version: 4,
			history: [{ id: 1, name: 'C', model: { id: 'gpt-4' }, messages, prompt: 'P' }],
			folders: [],
		};
		const [chat] = conversationsIn(ui);
		expect([readConversation(chat).format, shape(readConversation(chat))]).toEqual(['chatbot-ui', rows]);
		expect(readConversation({ messages })).toMatchObject({ format: 'openai-messages' });
		const share = {
			conversations: [
				{ from: 'human', value: 'a' },
				{ from: 'gpt', value: 'b' },
			],
		};
		expect([readConversation(share).format, shape(readConversation(share))]).toEqual(['sharegpt', rows]);
	});

	it('that are none say so', () => {
		for (const value of [null, 1, 'x', [], {}, { messages: 1 }, { mapping: [] }])
			expect(() => readConversation(value)).toThrow(/^It is no/);
	});

	it('of any shape never do worse', () => {
		const names = fc.constantFrom(
			'mapping',
			'chat_messages',
			'chat',
			'history',
			'messages',
			'conversations',
			'conversationId',
			'message',
			'parent',
			'children',
			'content',
			'parts',
			'name',
			'model',
			'format',
			'conversation',
		);
		const value = fc.letrec((tie) => ({
			any: fc.oneof({ maxDepth: 5 }, fc.jsonValue(), fc.array(tie('any')), fc.dictionary(names, tie('any'))),
		})).any;
		fc.assert(
			fc.property(value, (any) => {
				for (const one of conversationsIn(any)) {
					try {
						readConversation(one);
					} catch (error) {
						expect((error as Error).message).toMatch(/^(?:It is no|Version)/);
					}
				}
			}),
			{ numRuns: 500 },
		);
	});
});
