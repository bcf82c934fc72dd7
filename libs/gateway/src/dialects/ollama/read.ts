import {
	type ChatMessage,
	type ChatRequest,
	type ContentPart,
	type EmbeddingRequest,
	textMessage,
	type ToolCall,
	type ToolDefinition,
	type Untranslatable,
} from '#libs/providers';
import type { ScannedJson } from '../../json/scan-json.js';
import { Fields } from '../fields.js';

/** Sampling that no other protocol knows. */
const foreignSampling = [
	'typical_p',
	'repeat_penalty',
	'repeat_last_n',
	'mirostat',
	'mirostat_eta',
	'mirostat_tau',
	'tfs_z',
];
/** Sampling that others know, too. */
const sampling = new Set([
	...foreignSampling,
	'num_predict',
	'temperature',
	'top_p',
	'top_k',
	'min_p',
	'seed',
	'frequency_penalty',
	'presence_penalty',
	'stop',
]);

/** An Ollama chat in the canonical form. */
export function readOllamaChat({ value }: ScannedJson, model: string, lost: Untranslatable): ChatRequest {
	const fields = new Fields(value);
	const messages = fields.objects('messages').map(messageOf);
	if (messages.length === 0) throw onlyLoads(fields, 'messages');
	return {
		model,
		isStreamed: fields.boolean('stream') ?? true,
		messages: withCallIds(messages),
		tools: fields.objects('tools').map(toolOf),
		...wishesOf(fields, lost),
	};
}

/** Has no counterpart in a chat. */
const ofGenerateOnly = ['template', 'suffix', 'context', 'raw', 'width', 'height', 'steps'];
const isEmpty = (value: unknown): boolean =>
	value === '' || value === false || value === 0 || (Array.isArray(value) && value.length === 0);

/** `POST /api/generate` as a chat of one message. */
export function readOllamaGenerate({ value }: ScannedJson, model: string, lost: Untranslatable): ChatRequest {
	const fields = new Fields(value);
	for (const name of ofGenerateOnly) if (fields.has(name) && !isEmpty(fields.raw(name))) lost.add(name);
	const prompt = fields.string('prompt') ?? '';
	const parts = partsOf(prompt, imagesIn(fields));
	if (parts.length === 0) throw onlyLoads(fields, 'prompt');
	const system = fields.string('system') ?? '';
	return {
		model,
		isStreamed: fields.boolean('stream') ?? true,
		messages: [...(system === '' ? [] : [textMessage('system', system)]), { ...textMessage('user', ''), parts }],
		tools: [],
		...wishesOf(fields, lost),
	};
}

const onlyLoads = (fields: Fields, name: string) =>
	fields.unsupported(name, 'is empty, which loads a model into memory: the upstream of this model has no such step');

/** What `chat` and `generate` have in common. */
export function wishesOf(
	fields: Fields,
	lost: Untranslatable,
): Omit<ChatRequest, 'model' | 'isStreamed' | 'messages' | 'tools'> {
	const options = fields.object('options') ?? new Fields({});
	for (const name of foreignSampling) if (options.has(name)) lost.add(`options.${name}`);
	const cap = options.number('num_predict');
	const stop = options.raw('stop');
	return {
		toolChoice: undefined,
		parallelTools: undefined,
		maxTokens: cap !== undefined && cap > 0 ? cap : undefined,
		temperature: options.number('temperature'),
		topP: options.number('top_p'),
		topK: options.number('top_k'),
		minP: options.number('min_p'),
		seed: options.number('seed'),
		frequencyPenalty: options.number('frequency_penalty'),
		presencePenalty: options.number('presence_penalty'),
		stop: typeof stop === 'string' ? [stop] : options.array('stop').filter((item) => typeof item === 'string'),
		n: 1,
		logprobs: fields.boolean('logprobs') === true ? (fields.number('top_logprobs') ?? 0) : undefined,
		logitBias: undefined,
		format: formatOf(fields),
		reasoning: thinkOf(fields),
		reasoningBudget: undefined,
		userId: undefined,
		cacheKey: undefined,
		keepAlive: keepAliveOf(fields),
		runtime: runtimeOf(fields.raw('options')),
	};
}

const keepAliveOf = (fields: Fields): string | number | undefined => {
	const value = fields.raw('keep_alive');
	if (value === undefined || typeof value === 'string' || typeof value === 'number') return value;
	throw fields.wrong('keep_alive', 'a duration such as "5m", or seconds');
};

/** Options about memory and hardware. */
function runtimeOf(options: unknown): Record<string, unknown> | undefined {
	const rest = Object.entries(options ?? {}).filter(([name]) => !sampling.has(name));
	return rest.length === 0 ? undefined : Object.fromEntries(rest);
}

function messageOf(message: Fields, position: number): ChatMessage {
	const role = message.string('role');
	if (role !== 'system' && role !== 'user' && role !== 'assistant' && role !== 'tool')
		throw message.wrong('role', 'one of system, user, assistant, tool');
	const thinking = message.string('thinking');
	return {
		role,
		parts: partsOf(message.string('content') ?? '', imagesIn(message)),
		reasoning:
			thinking === undefined ? [] : [{ text: thinking, vendor: undefined, signature: undefined, redacted: undefined }],
		toolCalls: message.objects('tool_calls').map((call, at) => {
			const target = call.object('function');
			return {
				id: call.string('id') ?? `call_${position}_${at}`,
				name: target?.string('name') ?? '',
				arguments: JSON.stringify(target?.raw('arguments') ?? {}),
			};
		}),
		toolCallId: message.string('tool_call_id'),
		toolName: message.string('tool_name'),
		isError: false,
	};
}

/** Other protocols know a tool's answer by the id of the call, Ollama by the tool's name or by nothing but the order. */
function withCallIds(messages: readonly ChatMessage[]): ChatMessage[] {
	let open: ToolCall[] = [];
	return messages.map((message) => {
		if (message.role !== 'tool') {
			open = [...message.toolCalls];
			return message;
		}
		const { toolCallId, toolName } = message;
		const isMeant = ({ id, name }: ToolCall): boolean =>
			toolCallId === undefined ? name === toolName : id === toolCallId;
		const call = open.find(isMeant) ?? open[0];
		open = open.filter((other) => other !== call);
		return toolCallId === undefined && call !== undefined ? { ...message, toolCallId: call.id } : message;
	});
}

function imagesIn(fields: Fields): string[] {
	return fields.array('images').map((image, at) => {
		if (typeof image !== 'string') throw fields.wrong(`images.${at}`, 'an image in base64');
		return image;
	});
}

/** Text first, then the images. */
const partsOf = (text: string, images: readonly string[]): ContentPart[] => [
	...(text === '' ? [] : [{ type: 'text', text } as const]),
	...images.map((base64) => ({ type: 'image', base64, mediaType: undefined }) as const),
];

function toolOf(tool: Fields): ToolDefinition {
	const definition = tool.object('function');
	const name = definition?.string('name');
	if (definition === undefined || name === undefined) throw tool.wrong('function.name', 'a string');
	return {
		name,
		description: definition.string('description'),
		parameters: definition.raw('parameters'),
		strict: undefined,
	};
}

function formatOf(fields: Fields): ChatRequest['format'] {
	const format = fields.raw('format');
	if (format === undefined || format === '') return undefined;
	return format === 'json' ? { type: 'json' } : { type: 'schema', schema: format, name: undefined };
}

function thinkOf(fields: Fields): ChatRequest['reasoning'] {
	const think = fields.raw('think');
	if (think === undefined || typeof think === 'boolean') return think;
	if (think === 'low' || think === 'medium' || think === 'high' || think === 'max') return think;
	throw fields.wrong('think', 'true, false, "low", "medium", "high" or "max"');
}

export function readOllamaEmbeddings({ value }: ScannedJson, model: string): EmbeddingRequest {
	const fields = new Fields(value);
	const input = typeof value.input === 'string' ? [value.input] : fields.array('input');
	if (!input.every((item): item is string => typeof item === 'string'))
		throw fields.wrong('input', 'a text or a list of texts');
	return { model, input, dimensions: fields.number('dimensions') };
}

/** `POST /api/embeddings`, the older form: one text. */
export function readOllamaEmbedding({ value }: ScannedJson, model: string): EmbeddingRequest {
	const fields = new Fields(value);
	return { model, input: [fields.string('prompt') ?? ''], dimensions: undefined };
}
