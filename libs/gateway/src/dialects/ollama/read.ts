import type { ChatMessage, ChatRequest, EmbeddingRequest, ToolDefinition } from '#libs/providers';
import type { ScannedJson } from '../../json/scan-json.js';
import { Fields } from '../fields.js';

/** Sampling that other protocols do not know. Options about memory and hardware are left to the upstream. */
const untranslatable = [
	'top_k',
	'min_p',
	'typical_p',
	'repeat_penalty',
	'repeat_last_n',
	'mirostat',
	'mirostat_eta',
	'mirostat_tau',
	'tfs_z',
];

/** An Ollama chat in the canonical form. */
export function readOllamaChat({ value }: ScannedJson, model: string): ChatRequest {
	const fields = new Fields(value);
	const options = fields.object('options') ?? new Fields({});
	for (const name of untranslatable)
		if (options.has(name)) throw options.unsupported(name, 'is not supported for this model');
	if (fields.boolean('logprobs') === true) throw fields.unsupported('logprobs', 'is not supported for this model');
	const cap = options.number('num_predict');
	const stop = options.raw('stop');
	return {
		model,
		isStreamed: fields.boolean('stream') ?? true,
		messages: fields.objects('messages').map(messageOf),
		tools: fields.objects('tools').map(toolOf),
		maxTokens: cap !== undefined && cap > 0 ? cap : undefined,
		temperature: options.number('temperature'),
		topP: options.number('top_p'),
		seed: options.number('seed'),
		frequencyPenalty: options.number('frequency_penalty'),
		presencePenalty: options.number('presence_penalty'),
		stop: typeof stop === 'string' ? [stop] : options.array('stop').filter((item) => typeof item === 'string'),
		format: formatOf(fields),
		reasoning: thinkOf(fields),
		keepAlive: undefined,
	};
}

function messageOf(message: Fields, position: number): ChatMessage {
	const role = message.string('role');
	if (role !== 'system' && role !== 'user' && role !== 'assistant' && role !== 'tool')
		throw message.wrong('role', 'one of system, user, assistant, tool');
	return {
		role,
		text: message.string('content') ?? '',
		images: message.array('images').filter((image) => typeof image === 'string'),
		reasoning: message.string('thinking'),
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
	};
}

function toolOf(tool: Fields): ToolDefinition {
	const definition = tool.object('function');
	const name = definition?.string('name');
	if (definition === undefined || name === undefined) throw tool.wrong('function.name', 'a string');
	return { name, description: definition.string('description'), parameters: definition.raw('parameters') };
}

function formatOf(fields: Fields): ChatRequest['format'] {
	const format = fields.raw('format');
	if (format === undefined || format === '') return undefined;
	return format === 'json' ? { type: 'json' } : { type: 'schema', schema: format };
}

function thinkOf(fields: Fields): ChatRequest['reasoning'] {
	const think = fields.raw('think');
	if (think === undefined || typeof think === 'boolean') return think;
	if (think === 'low' || think === 'medium' || think === 'high') return think;
	if (think === 'max') return 'high';
	throw fields.wrong('think', 'true, false, "low", "medium", "high" or "max"');
}

export function readOllamaEmbeddings({ value }: ScannedJson, model: string): EmbeddingRequest {
	const fields = new Fields(value);
	const input = typeof value.input === 'string' ? [value.input] : fields.array('input');
	if (!input.every((item): item is string => typeof item === 'string'))
		throw fields.wrong('input', 'a text or a list of texts');
	return { model, input, dimensions: fields.number('dimensions') };
}
