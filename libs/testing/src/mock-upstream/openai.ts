import { createHash } from 'node:crypto';
import {
	answerText,
	contentChunk,
	countWords,
	CREATED_SECONDS,
	type Frame,
	type Generation,
	type GenerationDialect,
	type Prompt,
	schemaOfFormat,
	stringsOf,
	textOf,
	thinkingAnswer,
	thinkingText,
	type ToolOffer,
} from './generation.js';
import { asArray, asNumber, asObject, asString, type Json } from './json.js';

type ErrorParts = { message: string; type: string; code: string | null; param?: string | null };

const TYPE_OF_STATUS: Record<number, [type: string, code: string | null]> = {
	400: ['invalid_request_error', null],
	401: ['invalid_request_error', 'invalid_api_key'],
	403: ['invalid_request_error', 'permission_denied'],
	404: ['invalid_request_error', 'model_not_found'],
	429: ['requests', 'rate_limit_exceeded'],
};

export function openaiErrorBody(status: number, message: string): Json {
	const [type, code] = TYPE_OF_STATUS[status] ?? [status >= 500 ? 'server_error' : 'invalid_request_error', null];
	const error: ErrorParts = { message, type, param: status === 404 ? 'model' : null, code };
	return { error };
}

export const openaiModelMissing = (model: string): string =>
	`The model \`${model}\` does not exist or you do not have access to it.`;

/** A tool as chat completions nest it or as responses have it. */
export function openaiTool(tool: unknown): ToolOffer {
	const { function: nested, ...flat } = asObject(tool);
	const { name, parameters } = nested === undefined ? flat : asObject(nested);
	return { name: asString(name), parameters };
}

/** `required` counts as naming the first tool. */
export function toolChoiceOf({ tool_choice: choice, tools }: Json): Prompt['toolChoice'] {
	if (choice === 'none') return 'none';
	const named = asString(asObject(choice).name) || asString(asObject(asObject(choice).function).name);
	if (named !== '') return { name: named };
	return choice === 'required' ? { name: openaiTool(asArray(tools)[0]).name } : 'auto';
}

/** Reads what decides the answer from a chat completion's body. */
export function openaiPrompt(body: Json): Prompt {
	const messages = asArray(body.messages).map(asObject);
	const lastUser = messages.findLast((message) => message.role === 'user');
	return {
		words: countWords(textOf(messages)),
		lastUserText: textOf(lastUser?.content),
		endsWithToolResult: messages.at(-1)?.role === 'tool',
		tools: asArray(body.tools).map(openaiTool),
		toolChoice: toolChoiceOf(body),
		isSerial: body.parallel_tool_calls === false,
		schema: schemaOfFormat(asObject(body.response_format)),
		stop: stringsOf(body.stop),
		answers: asNumber(body.n) ?? 1,
		wantsThinking: typeof body.reasoning_effort === 'string' && body.reasoning_effort !== 'none',
		maxTokens: asNumber(body.max_completion_tokens) ?? asNumber(body.max_tokens),
	};
}

/** `stream_options.include_usage`, or vLLM's `continuous_usage_stats`. */
const wantsUsage = (body: Json): boolean => asObject(body.stream_options).include_usage === true;
const wantsContinuousUsage = (body: Json): boolean => asObject(body.stream_options).continuous_usage_stats === true;

const FINISH = { stop: 'stop', length: 'length', tools: 'tool_calls' } as const;

function usageObject({ usage }: Generation, completion: number): Json {
	return {
		prompt_tokens: usage.prompt,
		completion_tokens: completion,
		total_tokens: usage.prompt + completion,
		prompt_tokens_details: { cached_tokens: usage.cached, audio_tokens: 0 },
		completion_tokens_details: {
			reasoning_tokens: usage.reasoning,
			audio_tokens: 0,
			accepted_prediction_tokens: 0,
			rejected_prediction_tokens: 0,
		},
	};
}

const answersOf = (body: Json): number => asNumber(body.n) ?? 1;

/** One token of equal likelihood for each chunk. */
export function tokenLogprob(token: string): Json {
	return { token, logprob: -0.25, bytes: [...Buffer.from(token)], top_logprobs: [] };
}

const logprobsOf = (body: Json, content: unknown): Json | null =>
	body.logprobs === true && typeof content === 'string' && content !== ''
		? { content: [tokenLogprob(content)], refusal: null }
		: null;

/** The deltas between the role and the finish, with their tokens. */
function* deltas(generation: Generation): Iterable<{ delta: Json; tokens: number }> {
	const { behaviour, toolCalls, chunks } = generation;
	for (let i = 0; i < behaviour.thinking; i += 1) yield { delta: { reasoning_content: thinkingText(i) }, tokens: 1 };
	for (const [index, call] of toolCalls.entries()) {
		const head = { index, id: call.id, type: 'function', function: { name: call.name, arguments: '' } };
		yield { delta: { tool_calls: [head] }, tokens: 1 };
		const json = JSON.stringify(call.arguments);
		for (const part of [json.slice(0, json.length >> 1), json.slice(json.length >> 1)]) {
			yield { delta: { tool_calls: [{ index, function: { arguments: part } }] }, tokens: 0 };
		}
	}
	for (let i = 0; i < chunks; i += 1) {
		yield { delta: { content: contentChunk(generation, i) }, tokens: behaviour.tokensPerChunk };
	}
}

function* frames(body: Json, generation: Generation): Iterable<Frame> {
	const { behaviour } = generation;
	const asked = wantsUsage(body) || behaviour.forceUsage;
	const continuous = behaviour.continuousUsage || wantsContinuousUsage(body);
	const newline = behaviour.crlf ? '\r\n' : '\n';
	let told = 0;
	const event = (json: Json): string => `data: ${JSON.stringify(json)}${newline}${newline}`;
	const chunk = (choices: Json[], usage: Json | null): Json => ({
		id: `chatcmpl-${generation.id}`,
		object: 'chat.completion.chunk',
		created: CREATED_SECONDS,
		model: generation.model,
		service_tier: 'default',
		system_fingerprint: 'fp_mock',
		choices,
		...(asked || continuous ? { usage } : {}),
	});
	const answers = Array.from({ length: answersOf(body) }, (_, index) => index);
	const choice = (delta: Json, finish: string | null, index = 0): Json[] => [
		{ index, delta, logprobs: logprobsOf(body, delta.content), finish_reason: finish },
	];
	const running = (): Json | null =>
		continuous && !behaviour.noUsage ? usageObject(generation, behaviour.zeroUsage ? 0 : told) : null;

	for (const index of answers) {
		const role = { role: 'assistant', content: '', refusal: null };
		yield { kind: 'open', text: event(chunk(choice(role, null, index), running())), tokens: 0 };
	}
	for (const { delta, tokens } of deltas(generation))
		for (const index of answers) {
			told += tokens;
			const comment = behaviour.comments ? `: keep-alive${newline}${newline}` : '';
			const usage = running();
			const text = comment + event(chunk(choice(delta, null, index), usage));
			yield { kind: 'content', text, tokens, ...(usage === null ? {} : { usage }) };
		}
	for (const index of answers) {
		const finish = choice({}, FINISH[generation.finish], index);
		yield { kind: 'close', text: event(chunk(finish, running())), tokens: 0 };
	}
	if (asked && !behaviour.noUsage) {
		const usage = usageObject(generation, generation.usage.completion);
		const frame: Frame = { kind: 'close', text: event(chunk([], usage)), tokens: 0, usage };
		yield frame;
		if (behaviour.usageTwice) yield frame;
	}
	yield { kind: 'close', text: `data: [DONE]${newline}${newline}`, tokens: 0 };
	if (behaviour.extraEvents)
		yield { kind: 'close', text: event(chunk(choice({ content: ' extra' }, null), null)), tokens: 0 };
}

function whole(body: Json, generation: Generation): Json {
	const { toolCalls, behaviour } = generation;
	const calls = toolCalls.map((call) => ({
		id: call.id,
		type: 'function',
		function: { name: call.name, arguments: JSON.stringify(call.arguments) },
	}));
	const message = {
		role: 'assistant',
		content: calls.length > 0 ? null : answerText(generation),
		refusal: null,
		annotations: [],
		...(behaviour.thinking > 0 ? { reasoning_content: thinkingAnswer(generation) } : {}),
		...(calls.length > 0 ? { tool_calls: calls } : {}),
	};
	return {
		id: `chatcmpl-${generation.id}`,
		object: 'chat.completion',
		created: CREATED_SECONDS,
		model: generation.model,
		choices: Array.from({ length: answersOf(body) }, (_, index) => ({
			index,
			message,
			logprobs: logprobsOf(body, message.content),
			finish_reason: FINISH[generation.finish],
		})),
		...(behaviour.noUsage ? {} : { usage: usageObject(generation, generation.usage.completion) }),
		service_tier: 'default',
		system_fingerprint: 'fp_mock',
	};
}

/** `POST /v1/chat/completions`. */
export const openaiChat = (body: Json): GenerationDialect => ({
	contentType: 'text/event-stream; charset=utf-8',
	longLineStart: 'data: {"id":"chatcmpl-long","choices":[{"index":0,"delta":{"content":"',
	garbageFrame: 'data: {"id":"chatcmpl-broken","choices":[{"index":0,"delta":{"content":\n\n',
	errorFrame: `data: ${JSON.stringify(openaiErrorBody(500, 'The server had an error while processing your request.'))}\n\n`,
	frames: (generation) => frames(body, generation),
	whole: (generation) => whole(body, generation),
	usage: (generation) =>
		generation.behaviour.noUsage ? undefined : usageObject(generation, generation.usage.completion),
});

/** `POST /v1/completions`: the stream and the answer of a chat, with plain text. */
export function openaiCompletions(body: Json): GenerationDialect {
	const chat = openaiChat(body);
	const plain = (json: Json): Json => ({
		...json,
		id: asString(json.id).replace('chatcmpl', 'cmpl'),
		object: 'text_completion',
		choices: asArray(json.choices).map((item) => {
			const { index, delta, message, finish_reason: finish } = asObject(item);
			return { index, text: asString(asObject(delta ?? message).content), logprobs: null, finish_reason: finish };
		}),
	});
	const text = (frame: string): string =>
		frame.replace(/\{.*\}/, (json) => JSON.stringify(plain(JSON.parse(json) as Json)));
	return {
		...chat,
		*frames(generation) {
			for (const frame of chat.frames(generation)) yield { ...frame, text: text(frame.text) };
		},
		whole: (generation) => plain(chat.whole(generation)),
	};
}

/** A unit vector that depends on nothing but the text. */
export function embed(text: string, dimensions: number): number[] {
	const bytes = createHash('sha256').update(text).digest();
	const raw = Array.from({ length: dimensions }, (_, i) => (bytes[i % bytes.length] ?? 0) - 127.5 + (i >> 5));
	const norm = Math.hypot(...raw);
	return raw.map((value) => Math.fround(value / norm));
}

const base64 = (vector: number[]): string => Buffer.from(Float32Array.from(vector).buffer).toString('base64');

/** Inputs of an embeddings request: texts, or token lists, each as one text. */
export function embeddingInputs(input: unknown): string[] {
	if (typeof input === 'string') return [input];
	const items = asArray(input);
	if (items.length > 0 && items.every((item) => typeof item === 'number')) return [items.join(' ')];
	return items.map((item) => (Array.isArray(item) ? item.join(' ') : asString(item)));
}

/** `POST /v1/embeddings`; `tokens` is the usage to report. */
export function openaiEmbeddings(body: Json, dimensions: number, tokens: number | undefined): Json {
	const data = embeddingInputs(body.input).map((text, index) => {
		const vector = embed(text, asNumber(body.dimensions) ?? dimensions);
		return { object: 'embedding', index, embedding: body.encoding_format === 'base64' ? base64(vector) : vector };
	});
	const usage = tokens === undefined ? {} : { usage: { prompt_tokens: tokens, total_tokens: tokens } };
	return { object: 'list', data, model: body.model, ...usage };
}

/** Models named `vllm…` are listed as vLLM lists them. */
export const openaiModel = (id: string): Json => ({
	id,
	object: 'model',
	created: CREATED_SECONDS,
	owned_by: id.startsWith('vllm') ? 'vllm' : 'mock',
});

/** `GET /v1/models`. */
export const openaiModels = (ids: readonly string[]): Json => ({ object: 'list', data: ids.map(openaiModel) });
