// What is measured: the request, the load's pattern, who takes part, and how an answer is known to be whole.
import { SSE_CHUNKS } from './upstream/responses.mjs';

const messages = (bytes) => {
	const words = 'The quick brown fox jumps over the lazy dog. '.repeat(Math.ceil(bytes / 45)).slice(0, bytes);
	return [
		{ role: 'system', content: 'You are a helpful assistant.' },
		{ role: 'user', content: words },
	];
};

const chat = (size, rest = {}, model = 'bench') => JSON.stringify({ model, ...rest, messages: messages(size) });
const CHAT = '/v1/chat/completions';
const JSON_END = '"fp_bench"}';
const SSE_END = '[DONE]';
const OLLAMA_END = '"eval_duration"';
const ALL = ['raw', 'raw-again', 'portkey', 'gateway'];
const NO_PORTKEY = ['raw', 'raw-again', 'gateway'];

const SMALL = chat(680);
const STREAM = chat(640, { stream: true });
const openaiRequest =
	(body) =>
	({ prefix }) => ({ path: `${prefix}${CHAT}`, body });

/**
 * `request(candidate)` makes the request for one candidate: the gateway's prefix differs, and for a translated pair it is asked
 * in another dialect than the yardstick. `expected(text)` looks at one answer in full before anything is measured.
 */
export const WORKLOADS = {
	json: {
		title: 'JSON, 0.8 KB in, 1 KB out, 64 connections',
		pattern: 'closed',
		connections: 64,
		candidates: ALL,
		request: openaiRequest(SMALL),
		expectTail: JSON_END,
		expected: (text) => JSON.parse(text).choices[0].message.content.startsWith('w0 w1'),
	},
	sse: {
		title: `SSE, ${SSE_CHUNKS} chunks without delay, 64 connections`,
		pattern: 'closed',
		connections: 64,
		candidates: ALL,
		request: openaiRequest(STREAM),
		expectTail: SSE_END,
		expected: (text) => text.split('"content":"').length === SSE_CHUNKS + 2 && !text.includes('"total_tokens"'),
	},
	latency: {
		title: 'Latency at 1,000 requests per second, open loop, JSON',
		pattern: 'open',
		rate: 1_000,
		noiseFloor: 0.04,
		candidates: ALL,
		request: openaiRequest(SMALL),
		expectTail: JSON_END,
		expected: (text) => text.includes('w0 w1'),
	},
	chunks: {
		title: 'Paced streams: 400 at a time, 50 chunks 20 ms apart, 20,000 chunks per second',
		pattern: 'closed',
		connections: 400,
		stamps: true,
		noiseFloor: 0.03,
		minimumMs: 1_500,
		candidates: NO_PORTKEY,
		request: openaiRequest(chat(640, { stream: true, user: 'bench-paced' })),
		expectTail: SSE_END,
		expected: (text) => text.split('"@').length === 51,
	},
	large: {
		title: 'JSON, 66 KB in, 1 KB out, 64 connections',
		pattern: 'closed',
		connections: 64,
		candidates: ALL,
		request: openaiRequest(chat(66_000)),
		expectTail: JSON_END,
		expected: (text) => text.includes('w0 w1'),
	},
	translated: {
		title: `OpenAI in, Ollama out, ${SSE_CHUNKS} chunks without delay, 64 connections (raw Node passes the Ollama stream through)`,
		pattern: 'closed',
		connections: 64,
		candidates: NO_PORTKEY,
		request: ({ name, prefix }) =>
			name === 'gateway'
				? { path: `${prefix}${CHAT}`, body: chat(640, { stream: true }, 'bench-ollama') }
				: { path: '/api/chat', body: chat(640, { stream: true }, 'bench-ollama') },
		expectTail: ({ name }) => (name === 'gateway' ? SSE_END : OLLAMA_END),
		expected: (text) => text.includes(`w${SSE_CHUNKS - 1}`),
	},
	management: {
		title: 'Management read: keyset page of 20 of 1,000 keys, 64 connections',
		pattern: 'closed',
		connections: 64,
		candidates: ['fastify', 'fastify-again', 'gateway'],
		request: ({ pagePath, pageHeaders }) => ({ method: 'GET', path: pagePath, headers: pageHeaders }),
		expectTail: '}',
		expected: (text) => JSON.parse(text).data.items.length === 20 && JSON.parse(text).data.nextCursor !== null,
	},
	memory: {
		title: 'Memory: 2,000 open streams, each a chunk every 2 s',
		pattern: 'held',
		connections: 2_000,
		fresh: true,
		noiseFloor: 6,
		candidates: NO_PORTKEY,
		request: openaiRequest(chat(640, { stream: true, user: 'bench-hold' })),
		expectTail: SSE_END,
	},
};
