import { createHash } from 'node:crypto';
import {
	ANY_JSON,
	answerText,
	contentChunk,
	countWords,
	CREATED,
	type Frame,
	type Generation,
	type GenerationDialect,
	type Prompt,
	stringsOf,
	textOf,
	thinkingAnswer,
	thinkingText,
} from './generation.js';
import { asArray, asNumber, asObject, asString, type Json } from './json.js';
import { embed, embeddingInputs, openaiTool, tokenLogprob } from './openai.js';

/** What the mock says it is; clients gate features on it. */
export const OLLAMA_VERSION = '0.13.0';

export const ollamaErrorBody = (message: string): Json => ({ error: message });
export const ollamaModelMissing = (model: string): string => `model "${model}" not found, try pulling it first`;

const outputCap = (body: Json): number | undefined => {
	const cap = asNumber(asObject(body.options).num_predict);
	return cap === undefined || cap < 0 ? undefined : cap;
};

const hasFormat = ({ format }: Json): boolean => format !== undefined && format !== null && format !== '';

/** A format constrains every token, so no tool is called beside it. */
const commonPrompt = (body: Json): Pick<Prompt, 'isSerial' | 'schema' | 'stop' | 'answers' | 'wantsThinking'> => ({
	isSerial: false,
	schema: hasFormat(body) ? (body.format === 'json' ? ANY_JSON : body.format) : undefined,
	stop: stringsOf(asObject(body.options).stop),
	answers: 1,
	wantsThinking: body.think === true || typeof body.think === 'string',
});

/** Reads what decides the answer from the body of `/api/chat`. */
export function ollamaChatPrompt(body: Json): Prompt {
	const messages = asArray(body.messages).map(asObject);
	const lastUser = messages.findLast((message) => message.role === 'user');
	return {
		words: countWords(textOf(messages)),
		lastUserText: textOf(lastUser?.content),
		endsWithToolResult: messages.at(-1)?.role === 'tool',
		tools: hasFormat(body) ? [] : asArray(body.tools).map(openaiTool),
		toolChoice: 'auto', // the real server knows no other
		...commonPrompt(body),
		maxTokens: outputCap(body),
	};
}

/** Reads what decides the answer from the body of `/api/generate`. */
export function ollamaGeneratePrompt(body: Json): Prompt {
	const text = `${asString(body.system)} ${asString(body.prompt)} ${asString(body.suffix)}`;
	return {
		words: countWords(text),
		lastUserText: asString(body.prompt),
		endsWithToolResult: false,
		tools: [],
		toolChoice: 'none',
		...commonPrompt(body),
		maxTokens: outputCap(body),
	};
}

function metrics(generation: Generation): Json {
	const { usage, behaviour } = generation;
	const counted = !behaviour.noUsage;
	return {
		total_duration: 5_000_000 + 1_000_000 * generation.chunks,
		load_duration: 1_000_000,
		...(counted && !behaviour.noPromptUsage ? { prompt_eval_count: usage.prompt } : {}),
		prompt_eval_duration: 2_000_000,
		...(counted ? { eval_count: usage.completion } : {}),
		eval_duration: 1_000_000 * generation.chunks,
	};
}

const usageOf = (generation: Generation): Json | undefined => {
	const { prompt_eval_count: prompt, eval_count: output } = metrics(generation);
	if (output === undefined) return undefined;
	return { ...(prompt === undefined ? {} : { prompt_eval_count: prompt }), eval_count: output };
};

type Shape = (part: { content: string; thinking?: string; toolCalls?: Json[] }) => Json;

/** `/api/chat` nests the text in a message. */
const chatShape: Shape = ({ content, thinking, toolCalls }) => ({
	message: {
		role: 'assistant',
		content,
		...(thinking === undefined ? {} : { thinking }),
		...(toolCalls === undefined ? {} : { tool_calls: toolCalls }),
	},
});

/** `/api/generate` has it at the top. */
const generateShape: Shape = ({ content, thinking }) => ({
	response: content,
	...(thinking === undefined ? {} : { thinking }),
});

const toolCallObject = (call: Generation['toolCalls'][number], index: number): Json => ({
	id: call.id,
	function: { index, name: call.name, arguments: call.arguments },
});

const head = (generation: Generation): Json => ({ model: generation.model, created_at: CREATED.toISOString() });
const doneReason = (generation: Generation): string => (generation.finish === 'length' ? 'length' : 'stop');

function* frames(shape: Shape, body: Json, generation: Generation): Iterable<Frame> {
	const { behaviour, toolCalls, chunks } = generation;
	const line = (json: Json): string => `${JSON.stringify(json)}\n`;
	const part = (content: Json): string => line({ ...head(generation), ...content, done: false });
	for (let i = 0; i < behaviour.thinking; i += 1) {
		yield { kind: 'content', text: part(shape({ content: '', thinking: thinkingText(i) })), tokens: 1 };
	}
	for (const [index, call] of toolCalls.entries()) {
		const text = part(shape({ content: '', toolCalls: [toolCallObject(call, index)] }));
		yield { kind: 'content', text, tokens: 1 };
	}
	for (let i = 0; i < chunks; i += 1) {
		const content = contentChunk(generation, i);
		const text = part({ ...shape({ content }), ...logprobsOf(body, content) });
		yield { kind: 'content', text, tokens: behaviour.tokensPerChunk };
	}
	const usage = usageOf(generation);
	const last: Frame = {
		kind: 'close',
		text: line({
			...head(generation),
			...shape({ content: '' }),
			done: true,
			done_reason: doneReason(generation),
			...metrics(generation),
		}),
		tokens: 0,
		...(usage === undefined ? {} : { usage }),
	};
	yield last;
	if (behaviour.usageTwice) yield last;
	if (behaviour.extraEvents) yield { kind: 'close', text: part(shape({ content: ' extra' })), tokens: 0 };
}

function whole(shape: Shape, body: Json, generation: Generation): Json {
	const { behaviour, toolCalls } = generation;
	const content = shape({
		content: answerText(generation),
		...(behaviour.thinking > 0 ? { thinking: thinkingAnswer(generation) } : {}),
		...(toolCalls.length > 0 ? { toolCalls: toolCalls.map(toolCallObject) } : {}),
	});
	const logprobs = logprobsOf(body, answerText(generation));
	return {
		...head(generation),
		...content,
		...logprobs,
		done: true,
		done_reason: doneReason(generation),
		...metrics(generation),
	};
}

const logprobsOf = (body: Json, content: string): Json =>
	body.logprobs === true ? { logprobs: [tokenLogprob(content)] } : {};

const dialect = (shape: Shape, body: Json): GenerationDialect => ({
	contentType: 'application/x-ndjson',
	longLineStart: '{"model":"mock","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"',
	garbageFrame: '{"model":"mock","message":{"role":"assistant","content":\n',
	errorFrame: `${JSON.stringify(ollamaErrorBody('an error was encountered while running the model'))}\n`,
	frames: (generation) => frames(shape, body, generation),
	whole: (generation) => whole(shape, body, generation),
	usage: usageOf,
});

export const ollamaChat = (body: Json): GenerationDialect => dialect(chatShape, body);
export const ollamaGenerate = (body: Json): GenerationDialect => dialect(generateShape, body);

/** The one line of a request without messages or prompt: it loads the model, or unloads it with `keep_alive: 0`. */
export function ollamaLoad(body: Json, isChat: boolean): Json {
	const shape = isChat ? chatShape : generateShape;
	const reason = body.keep_alive === 0 ? 'unload' : 'load';
	return {
		model: body.model,
		created_at: CREATED.toISOString(),
		...shape({ content: '' }),
		done: true,
		done_reason: reason,
	};
}

/** `POST /api/embed`; `tokens` is the usage to report. */
export function ollamaEmbed(body: Json, dimensions: number, tokens: number | undefined): Json {
	const width = asNumber(body.dimensions) ?? dimensions;
	return {
		model: body.model,
		embeddings: embeddingInputs(body.input).map((text) => embed(text, width)),
		total_duration: 3_000_000,
		load_duration: 1_000_000,
		...(tokens === undefined ? {} : { prompt_eval_count: tokens }),
	};
}

/** `POST /api/embeddings`, the older form. */
export const ollamaEmbeddings = (body: Json, dimensions: number): Json => ({
	embedding: embed(asString(body.prompt), dimensions),
});

const isEmbedder = (name: string): boolean => name.includes('embed');
const digestOf = (name: string): string => createHash('sha256').update(name).digest('hex');

const details = (name: string): Json => ({
	parent_model: '',
	format: 'gguf',
	family: isEmbedder(name) ? 'bert' : 'llama',
	families: [isEmbedder(name) ? 'bert' : 'llama'],
	parameter_size: isEmbedder(name) ? '23M' : '1.2B',
	quantization_level: 'Q8_0',
});

const tagged = (name: string): string => (name.includes(':') ? name : `${name}:latest`);
const entry = (name: string): Json => ({
	name: tagged(name),
	model: tagged(name),
	size: 1_321_098_329,
	digest: digestOf(name),
});

/** `GET /api/tags`. */
export const ollamaTags = (names: readonly string[]): Json => ({
	models: names.map((name) => ({ ...entry(name), modified_at: CREATED.toISOString(), details: details(name) })),
});

/** `GET /api/ps`: every model counts as loaded. */
export const ollamaRunning = (names: readonly string[]): Json => ({
	models: names.map((name) => ({
		...entry(name),
		details: details(name),
		expires_at: '2026-01-01T00:05:00.000Z',
		size_vram: 1_321_098_329,
		context_length: 8192,
	})),
});

/** `POST /api/show`. */
export function ollamaShow(name: string): Json {
	const family = isEmbedder(name) ? 'bert' : 'llama';
	return {
		license: 'MIT',
		modelfile: `FROM ${name}`,
		parameters: 'temperature 0.8',
		template: '{{ .Prompt }}',
		system: '',
		details: details(name),
		model_info: {
			'general.architecture': family,
			'general.parameter_count': 1_235_814_432,
			[`${family}.context_length`]: 8192,
			[`${family}.embedding_length`]: 8,
		},
		capabilities: isEmbedder(name) ? ['embedding'] : ['completion', 'tools', 'thinking', 'vision'],
		modified_at: CREATED.toISOString(),
	};
}
