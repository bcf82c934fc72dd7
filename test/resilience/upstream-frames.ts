import type { Dialect } from '../conformance/clients/client.js';

/** How an upstream of a protocol writes a stream, frame by frame, for tests that break it. */
export interface UpstreamFrames {
	readonly type: string;
	/** before the first text; `usage` where the protocol has some there */
	readonly open: (usage?: unknown) => string;
	readonly text: (text: string, usage?: unknown) => string;
	/** says why it ends; `usage` as the protocol places it */
	readonly finish: (usage?: unknown) => string;
	/** the end marker */
	readonly end: string;
	readonly error: (usage?: unknown) => string;
}

const sse = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`;
const event = (type: string, rest: object): string => `event: ${type}\n${sse({ type, ...rest })}`;
const line = (json: object): string => `${JSON.stringify(json)}\n`;
const given = (usage: unknown): object => (usage === undefined ? {} : { usage });

const chunk = (choices: object[], usage: unknown): string =>
	sse({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices, ...given(usage) });
const choice = (delta: object, finish: string | null): object[] => [{ index: 0, delta, finish_reason: finish }];

export const upstreamFrames: Record<Dialect, UpstreamFrames> = {
	openai: {
		type: 'text/event-stream',
		open: (usage) => chunk(choice({ role: 'assistant', content: '' }, null), usage),
		text: (content, usage) => chunk(choice({ content }, null), usage),
		finish: (usage) => chunk(choice({}, 'stop'), undefined) + (usage === undefined ? '' : chunk([], usage)),
		end: 'data: [DONE]\n\n',
		error: (usage) => sse({ error: { message: 'overloaded', type: 'server_error' }, ...given(usage) }),
	},
	anthropic: {
		type: 'text/event-stream',
		open: (usage) =>
			event('message_start', {
				message: { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', content: [], ...given(usage) },
			}) + event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
		text: (text, usage) =>
			event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }) +
			(usage === undefined ? '' : event('message_delta', { delta: {}, usage })),
		finish: (usage) =>
			event('content_block_stop', { index: 0 }) +
			event('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, ...given(usage) }),
		end: event('message_stop', {}),
		error: (usage) => event('error', { error: { type: 'overloaded_error', message: 'overloaded' }, ...given(usage) }),
	},
	ollama: {
		type: 'application/x-ndjson',
		open: () => '',
		text: (content, usage) =>
			line({ model: 'm', message: { role: 'assistant', content }, done: false, ...(usage as object | undefined) }),
		finish: (usage) =>
			line({
				model: 'm',
				message: { role: 'assistant', content: '' },
				done: true,
				done_reason: 'stop',
				...(usage as object | undefined),
			}),
		end: '',
		error: (usage) => line({ error: 'overloaded', ...(usage as object | undefined) }),
	},
};
