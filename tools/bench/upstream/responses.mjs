// Every answer of the fake upstream, made once: serving one is a single write.

export const SSE_CHUNKS = 64;
const CREATED = 1_767_225_600;

const withLength = (body) =>
	Buffer.from(
		`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
	);

/** One HTTP chunk for each event, as a server that flushes every token sends them. */
export const httpChunk = (text) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
export const END = '0\r\n\r\n';
export const streamHead = (contentType) =>
	`HTTP/1.1 200 OK\r\nContent-Type: ${contentType}\r\nCache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n`;

const words = (count) => Array.from({ length: count }, (_, i) => `${i === 0 ? '' : ' '}w${i}`);
const usage = { prompt_tokens: 190, completion_tokens: SSE_CHUNKS, total_tokens: 190 + SSE_CHUNKS };

function completion() {
	const answer = (content) =>
		JSON.stringify({
			id: 'chatcmpl-bench0000000000000000000000',
			object: 'chat.completion',
			created: CREATED,
			model: 'bench',
			choices: [
				{
					index: 0,
					message: { role: 'assistant', content, refusal: null, annotations: [] },
					logprobs: null,
					finish_reason: 'stop',
				},
			],
			usage,
			service_tier: 'default',
			system_fingerprint: 'fp_bench',
		});
	const text = words(400).join('');
	return answer(text.slice(0, 1_024 - answer('').length));
}

/** One event of a chat stream. */
export const event = (delta, finish = null, extra = {}) =>
	`data: ${JSON.stringify({
		id: 'chatcmpl-bench0000000000000000000000',
		object: 'chat.completion.chunk',
		created: CREATED,
		model: 'bench',
		choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
		...extra,
	})}\n\n`;

export const usageEvent = `data: ${JSON.stringify({
	id: 'chatcmpl-bench0000000000000000000000',
	object: 'chat.completion.chunk',
	created: CREATED,
	model: 'bench',
	choices: [],
	usage,
})}\n\n`;

function sse(withUsage) {
	const extra = withUsage ? { usage: null } : {};
	const events = [
		event({ role: 'assistant', content: '' }, null, extra),
		...words(SSE_CHUNKS).map((content) => event({ content }, null, extra)),
		event({}, 'stop', extra),
		...(withUsage ? [usageEvent] : []),
		'data: [DONE]\n\n',
	];
	return Buffer.from(streamHead('text/event-stream') + events.map(httpChunk).join('') + END);
}

function ndjson() {
	const head = { model: 'bench-ollama', created_at: '2026-01-01T00:00:00Z' };
	const lines = words(SSE_CHUNKS).map((content) => ({ ...head, message: { role: 'assistant', content }, done: false }));
	const last = {
		...head,
		message: { role: 'assistant', content: '' },
		done: true,
		done_reason: 'stop',
		total_duration: 70_000_000,
		load_duration: 1_000_000,
		prompt_eval_count: 190,
		prompt_eval_duration: 2_000_000,
		eval_count: SSE_CHUNKS,
		eval_duration: 64_000_000,
	};
	const text = [...lines, last].map((line) => httpChunk(`${JSON.stringify(line)}\n`)).join('');
	return Buffer.from(streamHead('application/x-ndjson') + text + END);
}

const details = {
	parent_model: '',
	format: 'gguf',
	family: 'llama',
	families: ['llama'],
	parameter_size: '1B',
	quantization_level: 'Q8_0',
};

/** GET and HEAD answers, by path. */
export const VIEWS = {
	'/api/version': withLength('{"version":"0.13.0"}'),
	'/api/tags': withLength(
		JSON.stringify({
			models: [
				{
					name: 'bench-ollama:latest',
					model: 'bench-ollama:latest',
					modified_at: '2026-01-01T00:00:00Z',
					size: 1_000_000,
					digest: 'a'.repeat(64),
					details,
				},
			],
		}),
	),
	'/v1/models': withLength(
		JSON.stringify({ object: 'list', data: [{ id: 'bench', object: 'model', created: CREATED, owned_by: 'bench' }] }),
	),
};

export const SHOW = withLength(
	JSON.stringify({ details, model_info: { 'general.architecture': 'llama' }, capabilities: ['completion'] }),
);
export const JSON_ANSWER = withLength(completion());
export const SSE_ANSWER = sse(false);
export const SSE_ANSWER_WITH_USAGE = sse(true);
export const NDJSON_ANSWER = ndjson();
export const NOT_FOUND = Buffer.from(
	'HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 21\r\n\r\n{"error":"not found"}',
);
