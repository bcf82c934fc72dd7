import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '#libs/testing';
import { ai } from '../clients/index.js';
import { Installation } from './installation.js';

let installation: Installation;
let chatId = 0;
beforeAll(async () => {
	installation = await Installation.start();
}, 60_000);
afterAll(async () => {
	await installation?.stop();
});

const transport = () =>
	new ai.DefaultChatTransport({
		api: `${installation.api.url}/api/v1/chat/ui`,
		headers: { authorization: `Bearer ${installation.target('openai').key}` },
		body: { model: installation.target('openai').model },
	});
const said = (text: string): ai.UIMessage => ({ id: `u${text.length}`, role: 'user', parts: [{ type: 'text', text }] });
const ask = (id: string, text: string, abortSignal?: AbortSignal) =>
	transport().sendMessages({
		chatId: id,
		messages: [said(text)],
		trigger: 'submit-message',
		messageId: undefined,
		abortSignal,
	});

/** The message that the SDK itself makes of a stream. */
async function message(stream: ReadableStream<ai.UIMessageChunk>): Promise<ai.UIMessage> {
	let last: ai.UIMessage | undefined;
	for await (const state of ai.readUIMessageStream({ stream, terminateOnError: true })) last = state;
	if (last === undefined) throw new Error('nothing came');
	return last;
}
const textOf = ({ parts }: ai.UIMessage): string =>
	parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
const newChat = (): string => `chat-${++chatId}`;

describe('The Vercel AI SDK', () => {
	it('reads an answer, and another one beside it', async () => {
		const id = newChat();
		const first = await message(await ask(id, 'do: chunks=6'));
		expect(textOf(first)).toContain('w5');
		const again = await transport().sendMessages({
			chatId: id,
			messages: [said('do: chunks=6')],
			trigger: 'regenerate-message',
			messageId: first.id,
			abortSignal: undefined,
		});
		const second = await message(again);
		expect([textOf(second), second.id === first.id]).toEqual([textOf(first), false]);
	});

	it('reads thinking as a part of its own', async () => {
		const { parts } = await message(await ask(newChat(), 'do: chunks=3,thinking=3'));
		const kinds = parts.map(({ type }) => type).filter((type) => type !== 'step-start');
		expect(kinds).toEqual(['reasoning', 'text']);
	});

	it('leaves, comes back to the same answer, and finds nothing once it is over', async () => {
		const id = newChat();
		const leaving = new AbortController();
		const begun = await ask(id, 'do: chunks=60,delay_ms=20', leaving.signal);
		await begun.getReader().read();
		leaving.abort();
		const stream = await transport().reconnectToStream({ chatId: id });
		if (stream === null) throw new Error('nothing to come back to');
		expect(textOf(await message(stream))).toContain('w59');
		await eventually(async () => ((await transport().reconnectToStream({ chatId: id })) === null ? true : undefined));
	});
});
