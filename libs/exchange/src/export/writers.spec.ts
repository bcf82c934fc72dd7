import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OWN_FORMAT, type OwnConversation, type OwnMessage } from '../own-conversation.js';
import { type ArchiveForm, archiveForm, archiveForms } from './archive-forms.js';
import { Outline } from './conversation-writer.js';

const conversation: OwnConversation = {
	id: '01a21d56-5b0d-7a6e-941b-05cd2c25ce8f',
	title: 'Plans <for> *May*',
	titleSource: 'person',
	folder: ['Home', 'Trips'],
	tags: ['travel'],
	model: 'echo',
	systemPrompt: 'Be brief.',
	parameters: { temperature: 0 },
	metadata: {},
	isPinned: false,
	archivedAt: null,
	activeLeafId: 'b',
	messageCount: 2,
	createdAt: '2026-05-01T10:00:00.000Z',
	updatedAt: '2026-05-01T10:00:00.000Z',
	lastActiveAt: '2026-05-01T10:00:00.000Z',
};
const said = (over: Partial<OwnMessage>): OwnMessage => ({
	id: 'a',
	parentId: null,
	role: 'user',
	content: [{ type: 'text', text: 'Where to?' }],
	model: null,
	state: 'complete',
	finishReason: null,
	usage: null,
	metadata: {},
	createdAt: '2026-05-01T10:00:00.000Z',
	...over,
});
const answer = said({
	id: 'b',
	parentId: 'a',
	role: 'assistant',
	model: 'gpt-4o',
	state: 'stopped',
	content: [
		{ type: 'reasoning', text: 'They want ```a``` place' },
		{ type: 'tool_call', id: 't', name: 'map', arguments: '{"q":1}' },
		{ type: 'text', text: 'To <b>Rome</b> & back' },
	],
});

function written(form: ArchiveForm, messages: readonly OwnMessage[], head = conversation): string {
	const { writer } = archiveForm(form);
	const of = { conversation: head, outline: new Outline(messages) };
	return writer.begin(of) + messages.map((message, n) => writer.message(message, n, of)).join('') + writer.end(of);
}

describe('a conversation as a file', () => {
	it('is own JSON with all there is', () => {
		expect(JSON.parse(written('json', [said({}), answer]))).toEqual({
			format: OWN_FORMAT,
			version: 1,
			conversation,
			messages: [said({}), answer],
		});
		expect(JSON.parse(written('json', []))).toMatchObject({ messages: [] });
	});

	it('is a Markdown transcript whose fences nothing within can close', () => {
		expect(written('markdown', [said({}), answer])).toBe(
			`# Plans \\<for\\> \\*May\\*

## System

Be brief.

## User

Where to?

## Assistant (gpt-4o, stopped)

*Reasoning*

\`\`\`\`
They want \`\`\`a\`\`\` place
\`\`\`\`

*Call of map*

\`\`\`
{"q":1}
\`\`\`

To <b>Rome</b> & back
`,
		);
	});

	it('is plain text', () => {
		expect(written('text', [said({}), answer])).toBe(
			`Plans <for> *May*\n=================\n\nSystem:\nBe brief.\n\nUser:\nWhere to?\n\nAssistant (gpt-4o, stopped):\n[Reasoning]\nThey want \`\`\`a\`\`\` place\n\n[Call of map]\n{"q":1}\n\nTo <b>Rome</b> & back\n`,
		);
	});

	it('is a page in which what was said is text, whatever it was', () => {
		const page = written('html', [said({}), answer]);
		expect(page).toContain('<title>Plans &lt;for&gt; *May*</title>');
		expect(page).toContain('<p>To &lt;b&gt;Rome&lt;/b&gt; &amp; back</p>');
		const tags = (html: string) => [...html.matchAll(/<[^>]*>/g)].map(([tag]) => tag).join('');
		const plain = tags(written('html', [said({ content: [{ type: 'text', text: '' }] })]));
		const evil = fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', 'script', '/', '=', 'x', '\n') });
		fc.assert(
			fc.property(evil, (text) => {
				const head = { ...conversation, title: `x${text}`, systemPrompt: text };
				expect(tags(written('html', [said({ content: [{ type: 'text', text }] })], head))).toBe(plain);
			}),
		);
	});

	it.each(archiveForms)('takes any text as %s', (form) => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), (text) => {
				const file = written(form, [said({ content: [{ type: 'text', text }] })], { ...conversation, title: text });
				expect(file.length).toBeGreaterThan(0);
			}),
		);
	});

	it('is a line of JSON', () => {
		const line = written('jsonl', [said({}), answer]);
		expect(line.indexOf('\n')).toBe(line.length - 1);
		expect(JSON.parse(line)).toEqual(JSON.parse(written('json', [said({}), answer])));
	});

	it('is lines of a table that no spreadsheet takes for formulas', () => {
		const risky = said({ content: [{ type: 'text', text: '=1+1,"x"' }] });
		expect(written('csv', [risky])).toBe(
			`${conversation.id},Plans <for> *May*,a,,user,,complete,2026-05-01T10:00:00.000Z,"'=1+1,""x"""\r\n`,
		);
	});

	const other = said({ id: 'c', parentId: 'a', role: 'assistant' });

	it('is a chat of Open WebUI', () => {
		expect(JSON.parse(written('open-webui', [said({}), answer, other]))).toMatchObject({
			title: conversation.title,
			meta: { tags: ['travel'] },
			created_at: 1_777_629_600,
			chat: {
				models: ['echo'],
				params: { system: 'Be brief.' },
				history: {
					currentId: 'b',
					messages: {
						a: { parentId: null, childrenIds: ['b', 'c'], role: 'user', content: 'Where to?' },
						b: { parentId: 'a', childrenIds: [], model: 'gpt-4o', done: false, content: 'To <b>Rome</b> & back' },
						c: { parentId: 'a', done: true },
					},
				},
			},
		});
	});

	it('is a conversation of ChatGPT', () => {
		const exported = JSON.parse(written('chatgpt', [said({}), answer, other])) as { mapping: object };
		expect(exported).toMatchObject({
			conversation_id: conversation.id,
			current_node: 'b',
			create_time: 1_777_629_600,
			mapping: {
				'client-created-root': { parent: null, children: ['a'], message: null },
				a: { parent: 'client-created-root', children: ['b', 'c'] },
				b: { message: { author: { role: 'assistant' }, metadata: { model_slug: 'gpt-4o' } } },
			},
		});
		expect(Object.keys(exported.mapping)).toHaveLength(4);
	});

	const result = said({
		id: 'd',
		role: 'tool',
		content: [{ type: 'tool_result', toolCallId: 't', text: 'here' }],
	});

	it('is an example to train with', () => {
		expect(JSON.parse(written('openai-sft', [said({}), answer, result]))).toEqual({
			messages: [
				{ role: 'system', content: 'Be brief.' },
				{ role: 'user', content: 'Where to?' },
				{
					role: 'assistant',
					content: 'To <b>Rome</b> & back',
					tool_calls: [{ id: 't', type: 'function', function: { name: 'map', arguments: '{"q":1}' } }],
				},
				{ role: 'tool', tool_call_id: 't', content: 'here' },
			],
		});
		const bare = { ...conversation, systemPrompt: null };
		expect(JSON.parse(written('openai-sft', [said({})], bare))).toEqual({
			messages: [{ role: 'user', content: 'Where to?' }],
		});
		expect(JSON.parse(written('sharegpt', [said({}), answer, result], bare))).toEqual({
			id: conversation.id,
			conversations: [
				{ from: 'human', value: 'Where to?' },
				{ from: 'gpt', value: 'To <b>Rome</b> & back' },
				{ from: 'tool', value: 'here' },
			],
		});
	});
});
