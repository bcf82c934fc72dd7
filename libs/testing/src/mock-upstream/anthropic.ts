import {
	answerText,
	contentChunk,
	countWords,
	CREATED,
	type Frame,
	type Generation,
	type GenerationDialect,
	type Prompt,
	schemaOfFormat,
	stringsOf,
	textOf,
	thinkingAnswer,
	thinkingText,
} from './generation.js';
import { asArray, asNumber, asObject, asString, type Json } from './json.js';

const TYPE_OF_STATUS: Record<number, string> = {
	400: 'invalid_request_error',
	401: 'authentication_error',
	402: 'billing_error',
	403: 'permission_error',
	404: 'not_found_error',
	409: 'conflict_error',
	413: 'request_too_large',
	429: 'rate_limit_error',
	504: 'timeout_error',
	529: 'overloaded_error',
};

export function anthropicErrorBody(status: number, message: string, requestId: string): Json {
	const type = TYPE_OF_STATUS[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error');
	return { type: 'error', error: { type, message }, request_id: requestId };
}

/** `any` counts as naming the first tool. */
function toolChoiceOf({ tool_choice: choice, tools }: Json): Prompt['toolChoice'] {
	const { type, name } = asObject(choice);
	if (type === 'none') return 'none';
	if (type === 'tool') return { name: asString(name) };
	return type === 'any' ? { name: asString(asObject(asArray(tools)[0]).name) } : 'auto';
}

/** Reads what decides the answer from a message's body. */
export function anthropicPrompt(body: Json): Prompt {
	const messages = asArray(body.messages).map(asObject);
	const lastUser = messages.findLast((message) => message.role === 'user');
	const lastBlocks = asArray(messages.at(-1)?.content).map(asObject);
	return {
		words: countWords(`${textOf(body.system)} ${textOf(messages)}`),
		lastUserText: textOf(lastUser?.content),
		endsWithToolResult: lastBlocks.some((block) => block.type === 'tool_result'),
		tools: asArray(body.tools).map((tool) => ({
			name: asString(asObject(tool).name),
			parameters: asObject(tool).input_schema,
		})),
		toolChoice: toolChoiceOf(body),
		isSerial: asObject(body.tool_choice).disable_parallel_tool_use === true,
		schema: schemaOfFormat(asObject(asObject(body.output_config).format ?? body.output_format)),
		stop: stringsOf(body.stop_sequences),
		answers: 1,
		wantsThinking: ['enabled', 'adaptive'].includes(asString(asObject(body.thinking).type)),
		maxTokens: asNumber(body.max_tokens),
	};
}

const STOP = { stop: 'end_turn', length: 'max_tokens', tools: 'tool_use' } as const;

const stopReason = ({ finish, stopSequence }: Generation): string =>
	stopSequence === undefined ? STOP[finish] : 'stop_sequence';

/** Anthropic's `input_tokens` exclude the cached part. */
function usageObject({ usage }: Generation, output: number): Json {
	return {
		input_tokens: Math.max(0, usage.prompt - usage.cached),
		output_tokens: output,
		cache_creation_input_tokens: 0,
		cache_read_input_tokens: usage.cached,
		cache_creation: null,
		output_tokens_details: usage.reasoning > 0 ? { thinking_tokens: usage.reasoning } : null,
		server_tool_use: null,
		service_tier: 'standard',
		inference_geo: null,
		speed: null,
	};
}

interface Block {
	readonly start: Json;
	readonly deltas: Iterable<{ delta: Json; tokens: number }>;
}

function* thinkingDeltas(count: number): Iterable<{ delta: Json; tokens: number }> {
	for (let i = 0; i < count; i += 1) yield { delta: { type: 'thinking_delta', thinking: thinkingText(i) }, tokens: 1 };
	yield { delta: { type: 'signature_delta', signature: 'c2lnbmF0dXJl' }, tokens: 0 };
}

function* textDeltas(generation: Generation): Iterable<{ delta: Json; tokens: number }> {
	const { chunks, behaviour } = generation;
	for (let i = 0; i < chunks; i += 1) {
		yield { delta: { type: 'text_delta', text: contentChunk(generation, i) }, tokens: behaviour.tokensPerChunk };
	}
}

function* blocks(generation: Generation): Iterable<Block> {
	const { behaviour, toolCalls, chunks } = generation;
	if (behaviour.thinking > 0) {
		yield { start: { type: 'thinking', thinking: '', signature: '' }, deltas: thinkingDeltas(behaviour.thinking) };
	}
	if (toolCalls.length === 0 && chunks > 0) {
		yield { start: { type: 'text', text: '', citations: null }, deltas: textDeltas(generation) };
	}
	for (const call of toolCalls) {
		const json = JSON.stringify(call.arguments);
		const parts = [json.slice(0, json.length >> 1), json.slice(json.length >> 1)];
		yield {
			start: { type: 'tool_use', id: call.id.replace('call_', 'toolu_'), name: call.name, input: {} },
			deltas: parts.map((partial, at) => ({
				delta: { type: 'input_json_delta', partial_json: partial },
				tokens: at === 0 ? 1 : 0,
			})),
		};
	}
}

function messageObject(generation: Generation, content: Json[], reason: string | null, usage: Json): Json {
	return {
		id: `msg_${generation.id}`,
		type: 'message',
		role: 'assistant',
		model: generation.model,
		content,
		stop_reason: reason,
		stop_sequence: reason === null ? null : (generation.stopSequence ?? null),
		stop_details: null,
		container: null,
		diagnostics: null,
		...(generation.behaviour.noUsage ? {} : { usage }),
	};
}

function* frames(generation: Generation): Iterable<Frame> {
	const { behaviour } = generation;
	const newline = behaviour.crlf ? '\r\n' : '\n';
	const event = (type: string, rest: Json): string =>
		`event: ${type}${newline}data: ${JSON.stringify({ type, ...rest })}${newline}${newline}`;
	const opening = usageObject(generation, behaviour.zeroUsage ? 0 : 1);
	const told = behaviour.noUsage ? {} : { usage: opening };
	yield {
		kind: 'open',
		text: event('message_start', { message: messageObject(generation, [], null, opening) }),
		tokens: 0,
		...told,
	};
	yield { kind: 'open', text: event('ping', {}), tokens: 0 };
	let index = 0;
	for (const block of blocks(generation)) {
		yield { kind: 'open', text: event('content_block_start', { index, content_block: block.start }), tokens: 0 };
		for (const { delta, tokens } of block.deltas) {
			const comment = behaviour.comments ? `: keep-alive${newline}${newline}` : '';
			yield { kind: 'content', text: comment + event('content_block_delta', { index, delta }), tokens };
		}
		yield { kind: 'close', text: event('content_block_stop', { index }), tokens: 0 };
		index += 1;
	}
	const usage = usageObject(generation, generation.usage.completion);
	const delta = {
		stop_reason: stopReason(generation),
		stop_sequence: generation.stopSequence ?? null,
		stop_details: null,
		container: null,
	};
	const last: Frame = {
		kind: 'close',
		text: event('message_delta', { delta, ...(behaviour.noUsage ? {} : { usage }) }),
		tokens: 0,
		...(behaviour.noUsage ? {} : { usage }),
	};
	yield last;
	if (behaviour.usageTwice) yield last;
	yield { kind: 'close', text: event('message_stop', {}), tokens: 0 };
	if (behaviour.extraEvents) yield { kind: 'close', text: event('ping', {}), tokens: 0 };
}

function whole(generation: Generation): Json {
	const { behaviour, toolCalls, chunks } = generation;
	const content: Json[] = [];
	if (behaviour.thinking > 0) {
		content.push({ type: 'thinking', thinking: thinkingAnswer(generation), signature: 'c2lnbmF0dXJl' });
	}
	if (toolCalls.length === 0 && chunks > 0) {
		content.push({ type: 'text', text: answerText(generation), citations: null });
	}
	for (const call of toolCalls) {
		const id = call.id.replace('call_', 'toolu_');
		content.push({ type: 'tool_use', id, name: call.name, input: call.arguments, caller: { type: 'direct' } });
	}
	return messageObject(
		generation,
		content,
		stopReason(generation),
		usageObject(generation, generation.usage.completion),
	);
}

/** `POST /v1/messages`. */
export const anthropicMessages = (requestId: string): GenerationDialect => ({
	contentType: 'text/event-stream; charset=utf-8',
	longLineStart:
		'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"',
	garbageFrame: 'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":\n\n',
	errorFrame: `event: error\ndata: ${JSON.stringify(anthropicErrorBody(529, 'Overloaded', requestId))}\n\n`,
	frames,
	whole,
	usage: (generation) =>
		generation.behaviour.noUsage ? undefined : usageObject(generation, generation.usage.completion),
});

export const anthropicModel = (id: string): Json => ({
	type: 'model',
	id,
	display_name: id,
	created_at: CREATED.toISOString(),
	lifecycle: 'active',
	capabilities: null,
	line: null,
	max_input_tokens: null,
	max_tokens: null,
	deprecated_at: null,
	retires_at: null,
});

/** `GET /v1/models` for callers that send `anthropic-version`. */
export const anthropicModels = (ids: readonly string[]): Json => ({
	data: ids.map(anthropicModel),
	has_more: false,
	first_id: ids[0] ?? null,
	last_id: ids.at(-1) ?? null,
});
