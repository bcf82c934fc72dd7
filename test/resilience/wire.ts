import type { Dialect } from '../conformance/clients/client.js';

/** How a client of a dialect speaks without any library, and what it makes of an answer. */
export interface Wire {
	readonly dialect: Dialect;
	readonly path: string;
	body(model: string, content: string, isStreamed: boolean): object;
	/** The text of a whole answer. */
	text(body: string): string;
	/** The parts of a stream, in order: text, `end` for the end marker, `error` for an error; silence is nothing. */
	events(stream: string): StreamEvent[];
	/** What is sent while a stream is silent. */
	readonly silence: RegExp;
}

export type StreamEvent = { readonly text: string } | 'end' | 'error';

interface Json {
	readonly [name: string]: unknown;
}
const parse = (text: string): Json => JSON.parse(text) as Json;
const inner = (value: unknown, ...names: (string | number)[]): unknown =>
	names.reduce<unknown>((at, name) => (at as Json | undefined)?.[name], value);
const textEvent = (text: unknown): StreamEvent[] => (typeof text === 'string' && text !== '' ? [{ text }] : []);

/** The data of server-sent events, read as the standard says: fields by line, events by blank line. */
function sseData(stream: string): string[] {
	const events: string[] = [];
	let data: string[] = [];
	for (const line of stream.split(/\r\n|\r|\n/)) {
		if (line === '') {
			if (data.length > 0) events.push(data.join('\n'));
			data = [];
		} else if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''));
		else if (!line.startsWith(':') && !line.startsWith('event:')) throw new Error(`a stray line: ${line}`);
	}
	if (data.length > 0) throw new Error(`half an event: ${data.join('\n')}`);
	return events;
}

const user = (content: string) => [{ role: 'user', content }];

export const wires: Record<Dialect, Wire> = {
	openai: {
		dialect: 'openai',
		path: '/openai/v1/chat/completions',
		body: (model, content, stream) => ({ model, stream, messages: user(content) }),
		text: (body) => String(inner(parse(body), 'choices', 0, 'message', 'content')),
		silence: /^: keep-alive$/m,
		events: (stream) =>
			sseData(stream).flatMap((data): StreamEvent[] => {
				if (data === '[DONE]') return ['end'];
				const chunk = parse(data);
				return chunk.error === undefined ? textEvent(inner(chunk, 'choices', 0, 'delta', 'content')) : ['error'];
			}),
	},
	anthropic: {
		dialect: 'anthropic',
		path: '/anthropic/v1/messages',
		body: (model, content, stream) => ({ model, stream, max_tokens: 4_096, messages: user(content) }),
		text: (body) => String(inner(parse(body), 'content', 0, 'text')),
		silence: /^event: ping$/m,
		events: (stream) =>
			sseData(stream).flatMap((data): StreamEvent[] => {
				const event = parse(data);
				if (event.type === 'message_stop') return ['end'];
				return event.type === 'error' ? ['error'] : textEvent(inner(event, 'delta', 'text'));
			}),
	},
	ollama: {
		dialect: 'ollama',
		path: '/ollama/api/chat',
		body: (model, content, stream) => ({ model, stream, messages: user(content) }),
		text: (body) => String(inner(parse(body), 'message', 'content')),
		silence: /"content":""[^\n]*"done":false/,
		events: (stream) =>
			stream.split('\n').flatMap((line, at, all): StreamEvent[] => {
				if (line === '' && at === all.length - 1) return [];
				const chunk = parse(line);
				if (chunk.error !== undefined) return ['error'];
				return [...textEvent(inner(chunk, 'message', 'content')), ...(chunk.done === true ? (['end'] as const) : [])];
			}),
	},
};

/** All text of a stream. */
export const textOf = (events: readonly StreamEvent[]): string =>
	events.map((event) => (typeof event === 'object' ? event.text : '')).join('');

/** An answer may end once, with its marker or an error, as its last event. */
export function endingOf(events: readonly StreamEvent[]): 'end' | 'error' | 'neither' {
	const last = events.at(-1);
	const markers = events.filter((event) => typeof event === 'string').length;
	return markers === 1 && typeof last === 'string' ? last : 'neither';
}
