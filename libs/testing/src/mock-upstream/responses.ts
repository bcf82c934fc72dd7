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
	textOf,
	thinkingAnswer,
	thinkingText,
} from './generation.js';
import { asArray, asNumber, asObject, asString, type Json } from './json.js';
import { openaiErrorBody, openaiTool, toolChoiceOf } from './openai.js';

const items = (input: unknown): Json[] =>
	typeof input === 'string' ? [{ role: 'user', content: input }] : asArray(input).map(asObject);

/** Reads what decides the answer from the body of `POST /v1/responses`. */
export function responsesPrompt(body: Json): Prompt {
	const input = items(body.input);
	const effort = asObject(body.reasoning).effort;
	return {
		words: countWords(`${textOf(body.instructions)} ${textOf(input)}`),
		lastUserText: textOf(input.findLast((item) => item.role === 'user')?.content),
		endsWithToolResult: input.at(-1)?.type === 'function_call_output',
		tools: asArray(body.tools).map(openaiTool),
		toolChoice: toolChoiceOf(body),
		isSerial: body.parallel_tool_calls === false,
		schema: schemaOfFormat(asObject(asObject(body.text).format)),
		stop: [],
		answers: 1,
		wantsThinking: typeof effort === 'string' && effort !== 'none',
		maxTokens: asNumber(body.max_output_tokens),
	};
}

const usageOf = ({ usage }: Generation): Json => ({
	input_tokens: usage.prompt,
	input_tokens_details: { cached_tokens: usage.cached },
	output_tokens: usage.completion,
	output_tokens_details: { reasoning_tokens: usage.reasoning },
	total_tokens: usage.prompt + usage.completion,
});

const reasoningItem = (generation: Generation): Json => ({
	id: `rs_${generation.id}`,
	type: 'reasoning',
	summary: [{ type: 'summary_text', text: thinkingAnswer(generation) }],
});

const textPart = (text: string): Json => ({ type: 'output_text', text, annotations: [], logprobs: [] });

const messageItem = (generation: Generation, status: string, content: Json[]): Json => ({
	id: `msg_${generation.id}`,
	type: 'message',
	role: 'assistant',
	status,
	content,
});

const callItem = (call: Generation['toolCalls'][number], status: string, json: string): Json => ({
	id: call.id.replace('call_', 'fc_'),
	type: 'function_call',
	call_id: call.id,
	name: call.name,
	arguments: json,
	status,
});

function outputOf(generation: Generation): Json[] {
	const { behaviour, toolCalls } = generation;
	return [
		...(behaviour.thinking > 0 ? [reasoningItem(generation)] : []),
		...toolCalls.map((call) => callItem(call, 'completed', JSON.stringify(call.arguments))),
		...(toolCalls.length > 0 ? [] : [messageItem(generation, 'completed', [textPart(answerText(generation))])]),
	];
}

function responseObject(body: Json, generation: Generation, status: 'in_progress' | 'completed' | 'incomplete'): Json {
	const isOver = status !== 'in_progress';
	const { behaviour, model, id } = generation;
	return {
		id: `resp_${id}`,
		object: 'response',
		created_at: CREATED_SECONDS,
		status,
		error: null,
		incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
		instructions: body.instructions ?? null,
		metadata: {},
		model,
		output: isOver ? outputOf(generation) : [],
		parallel_tool_calls: body.parallel_tool_calls ?? true,
		previous_response_id: null,
		reasoning: { effort: null, summary: null },
		store: false,
		temperature: 1,
		text: body.text ?? { format: { type: 'text' } },
		tool_choice: body.tool_choice ?? 'auto',
		tools: body.tools ?? [],
		top_p: 1,
		truncation: 'disabled',
		usage: isOver && !behaviour.noUsage ? usageOf(generation) : null,
	};
}

type Event = readonly [kind: Frame['kind'], type: string, rest: Json, tokens?: number];

function* reasoningEvents(generation: Generation): Iterable<Event> {
	const { behaviour, id } = generation;
	const at = { item_id: `rs_${id}`, output_index: 0, summary_index: 0 };
	yield [
		'open',
		'response.output_item.added',
		{ output_index: 0, item: { ...reasoningItem(generation), summary: [] } },
	];
	yield ['open', 'response.reasoning_summary_part.added', { ...at, part: { type: 'summary_text', text: '' } }];
	for (let i = 0; i < behaviour.thinking; i += 1)
		yield ['content', 'response.reasoning_summary_text.delta', { ...at, delta: thinkingText(i) }, 1];
	const text = thinkingAnswer(generation);
	yield ['open', 'response.reasoning_summary_text.done', { ...at, text }];
	yield ['open', 'response.reasoning_summary_part.done', { ...at, part: { type: 'summary_text', text } }];
	yield ['open', 'response.output_item.done', { output_index: 0, item: reasoningItem(generation) }];
}

function* callEvents(call: Generation['toolCalls'][number], index: number): Iterable<Event> {
	const json = JSON.stringify(call.arguments);
	const at = { item_id: call.id.replace('call_', 'fc_'), output_index: index };
	yield ['open', 'response.output_item.added', { output_index: index, item: callItem(call, 'in_progress', '') }];
	for (const [part, delta] of [json.slice(0, json.length >> 1), json.slice(json.length >> 1)].entries())
		yield ['content', 'response.function_call_arguments.delta', { ...at, delta }, part === 0 ? 1 : 0];
	yield ['close', 'response.function_call_arguments.done', { ...at, arguments: json, name: call.name }];
	yield ['close', 'response.output_item.done', { output_index: index, item: callItem(call, 'completed', json) }];
}

function* textEvents(generation: Generation, index: number): Iterable<Event> {
	const at = { item_id: `msg_${generation.id}`, output_index: index, content_index: 0 };
	const text = answerText(generation);
	yield [
		'open',
		'response.output_item.added',
		{ output_index: index, item: messageItem(generation, 'in_progress', []) },
	];
	yield ['open', 'response.content_part.added', { ...at, part: textPart('') }];
	for (let i = 0; i < generation.chunks; i += 1) {
		const delta = { ...at, delta: contentChunk(generation, i), logprobs: [] };
		yield ['content', 'response.output_text.delta', delta, generation.behaviour.tokensPerChunk];
	}
	yield ['close', 'response.output_text.done', { ...at, text, logprobs: [] }];
	yield ['close', 'response.content_part.done', { ...at, part: textPart(text) }];
	const item = messageItem(generation, 'completed', [textPart(text)]);
	yield ['close', 'response.output_item.done', { output_index: index, item }];
}

function* events(body: Json, generation: Generation): Iterable<Event> {
	const { behaviour, toolCalls, finish } = generation;
	for (const type of ['response.created', 'response.in_progress'])
		yield ['open', type, { response: responseObject(body, generation, 'in_progress') }];
	const first = Number(behaviour.thinking > 0);
	if (first > 0) yield* reasoningEvents(generation);
	for (const [at, call] of toolCalls.entries()) yield* callEvents(call, first + at);
	if (toolCalls.length === 0) yield* textEvents(generation, first);
	const status = finish === 'length' ? 'incomplete' : 'completed';
	yield ['close', `response.${status}`, { response: responseObject(body, generation, status) }];
}

function* frames(body: Json, generation: Generation): Iterable<Frame> {
	const newline = generation.behaviour.crlf ? '\r\n' : '\n';
	let sequence = 0;
	for (const [kind, type, rest, tokens] of events(body, generation)) {
		const json = JSON.stringify({ type, sequence_number: sequence, ...rest });
		sequence += 1;
		const usage = asObject(asObject(rest.response).usage);
		yield {
			kind,
			text: `event: ${type}${newline}data: ${json}${newline}${newline}`,
			tokens: tokens ?? 0,
			...(asNumber(usage.input_tokens) === undefined ? {} : { usage }),
		};
	}
}

/** `POST /v1/responses`. */
export const openaiResponses = (body: Json): GenerationDialect => ({
	contentType: 'text/event-stream; charset=utf-8',
	longLineStart: 'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"',
	garbageFrame: 'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":\n\n',
	errorFrame: `event: error\ndata: ${JSON.stringify({ ...asObject(openaiErrorBody(500, 'The server had an error.').error), type: 'error', sequence_number: 0 })}\n\n`,
	frames: (generation) => frames(body, generation),
	whole: (generation) => responseObject(body, generation, generation.finish === 'length' ? 'incomplete' : 'completed'),
	usage: (generation) => (generation.behaviour.noUsage ? undefined : usageOf(generation)),
});

export const countedInput = (body: Json): Json => ({
	object: 'response.input_tokens',
	input_tokens: responsesPrompt(body).words,
});

/** The text that a moderation looks at. */
export const moderation = (body: Json): Json => {
	const flagged = /\bkill\b/i.test(textOf(body.input));
	return {
		id: 'modr-mock',
		model: asString(body.model),
		results: [{ flagged, categories: { violence: flagged }, category_scores: { violence: Number(flagged) } }],
	};
};
