import { describe, expect, it } from '@jest/globals';
import { AppError } from '#libs/kernel';
import { AnthropicAdapter, NO_WISHES, OpenAiAdapter, type ProviderAdapter } from '#libs/providers';
import { scanJson } from '../../json/scan-json.js';
import { TranslatedChat } from '../../pipeline/translated-pipes.js';
import type { AnswerContext } from '../client-operation.js';
import { chatEvents } from './chat-events.js';

const context: AnswerContext = {
	requestId: '0190-r',
	alias: 'alias',
	isStreamed: true,
	wantsUsage: true,
	inputTokens: 9,
	scanned: scanJson(Buffer.from('{}')),
};

function eventsOf(adapter: ProviderAdapter, stream: string): unknown[] {
	if (chatEvents.translation?.kind !== 'chat') throw new Error('not a chat');
	const request = { ...NO_WISHES, model: 'm', isStreamed: true, messages: [] };
	const pipe = new TranslatedChat(adapter, request, chatEvents.translation.renderer(context));
	const lines = `${pipe.feed(Buffer.from(stream)) ?? ''}${String(pipe.end().last ?? '')}`;
	return lines
		.split('\n')
		.slice(0, -1)
		.map((line) => JSON.parse(line) as unknown);
}

describe('A chat as events', () => {
	it('is the same of upstreams of two protocols', () => {
		const openai = eventsOf(
			new OpenAiAdapter(),
			[
				'{"choices":[{"index":0,"delta":{"role":"assistant","content":"Hi\\n"}}]}',
				'{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}',
				'{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}',
				'[DONE]',
			]
				.map((data) => `data: ${data}\n\n`)
				.join(''),
		);
		const anthropic = eventsOf(
			new AnthropicAdapter(),
			[
				'{"type":"message_start","message":{"model":"m","usage":{"input_tokens":3,"output_tokens":0}}}',
				'{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}',
				'{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi\\n"}}',
				'{"type":"content_block_stop","index":0}',
				'{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2}}',
				'{"type":"message_stop"}',
			]
				.map((data) => `data: ${data}\n\n`)
				.join(''),
		);
		const said = (events: readonly unknown[]) => events.filter((event) => (event as { type: string }).type !== 'usage');
		expect(said(openai)).toEqual([
			{ type: 'text', text: 'Hi\n' },
			{ type: 'finish', reason: 'stop' },
		]);
		expect(said(anthropic)).toEqual(said(openai));
		expect([openai.at(-1), anthropic.at(-1)]).toMatchObject([
			{ type: 'usage', usage: { input: 3, output: 2 } },
			{ type: 'usage', usage: { input: 3, output: 2 } },
		]);
	});

	it('says in one line that it failed', () => {
		const frame = chatEvents.errorFrame(new AppError('upstream', 'upstream_error', 'It\nbroke'), context);
		expect(frame).toBe('{"type":"error","code":"upstream_error","message":"It\\nbroke"}\n');
	});

	it('is a stream whatever its body says, and takes what an OpenAI chat takes', () => {
		const scanned = scanJson(Buffer.from('{"model":"m","stream":false,"max_tokens":7,"messages":[]}'));
		expect([chatEvents.isStreamed(scanned), chatEvents.outputCap(scanned), chatEvents.keepAlive(context)]).toEqual([
			true,
			7,
			'',
		]);
	});
});
