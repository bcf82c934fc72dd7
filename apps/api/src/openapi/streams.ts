/** How an answer is streamed, by the group of the operation. */
interface Stream {
	readonly description: string;
	readonly example: string;
}

const event = (name: string, data: object): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

export const streams: Readonly<Record<string, Stream>> = {
	'OpenAI dialect': {
		description:
			'With `"stream": true` the answer is server-sent events: one `data:` with a chunk for each piece, at the end `data: [DONE]` (for `responses`: named events, at the end `response.completed`). A failure after the beginning is an event with `error` instead of the end. Lines that begin with `:` keep the connection alive.',
		example: `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_769_860_800, model: 'echo', choices: [{ index: 0, delta: { content: 'Hello' }, finish_reason: null }] })}\n\ndata: [DONE]\n\n`,
	},
	'Anthropic dialect': {
		description:
			'With `"stream": true` the answer is server-sent events: `message_start`, then for each block `content_block_start`, `content_block_delta` …, `content_block_stop`, then `message_delta` with the usage and `message_stop`. `ping` keeps the connection alive. A failure after the beginning is an event `error`.',
		example:
			event('content_block_delta', {
				type: 'content_block_delta',
				index: 0,
				delta: { type: 'text_delta', text: 'Hello' },
			}) + event('message_stop', { type: 'message_stop' }),
	},
	'Ollama dialect': {
		description:
			'Unless `"stream": false`, the answer is one JSON object a line; the last one has `"done": true` and the counts. A failure after the beginning is a line with `error`.',
		example: `${JSON.stringify({ model: 'echo', created_at: '2026-01-31T12:00:00Z', message: { role: 'assistant', content: 'Hello' }, done: false })}\n`,
	},
};
