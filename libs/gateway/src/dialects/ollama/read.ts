import type {
	ChatMessage,
	ChatRequest,
	ContentPart,
	EmbeddingRequest,
	ToolDefinition,
	Untranslatable,
} from '#libs/providers';
import type { ScannedJson } from '../../json/scan-json.js';
import { Fields } from '../fields.js';

/** Sampling that no other protocol knows. */
const untranslatable = [
	'typical_p',
	'repeat_penalty',
	'repeat_last_n',
	'mirostat',
	'mirostat_eta',
	'mirostat_tau',
	'tfs_z',
];

/** An Ollama chat in the canonical form. */
export function readOllamaChat({ value }: ScannedJson, model: string, lost: Untranslatable): ChatRequest {
	const fields = new Fields(value);
	return {
		model,
		isStreamed: fields.boolean('stream') ?? true,
		messages: fields.objects('messages').map(messageOf),
		tools: fields.objects('tools').map(toolOf),
		...wishesOf(fields, lost),
	};
}

/** What `chat` and `generate` have in common. */
export function wishesOf(
	fields: Fields,
	lost: Untranslatable,
): Omit<ChatRequest, 'model' | 'isStreamed' | 'messages' | 'tools'> {
	const options = fields.object('options') ?? new Fields({});
	for (const name of untranslatable) if (options.has(name)) lost.add(`options.${name}`);
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
		keepAlive: undefined,
		runtime: undefined,
	};
}

function messageOf(message: Fields, position: number): ChatMessage {
	const role = message.string('role');
	if (role !== 'system' && role !== 'user' && role !== 'assistant' && role !== 'tool')
		throw message.wrong('role', 'one of system, user, assistant, tool');
	const thinking = message.string('thinking');
	return {
		role,
		parts: partsOf(message.string('content') ?? '', message.array('images')),
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

/** Text first, then the images. */
export const partsOf = (text: string, images: readonly unknown[]): ContentPart[] => [
	...(text === '' ? [] : [{ type: 'text', text } as const]),
	...images
		.filter((image) => typeof image === 'string')
		.map((base64) => ({ type: 'image', base64, mediaType: undefined }) as const),
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
