import { AppError } from '#libs/kernel';
import {
	base64OfDataUrl,
	type ChatMessage,
	type ChatRequest,
	type EmbeddingRequest,
	type ToolCall,
	type ToolDefinition,
} from '#libs/providers';
import type { ScannedJson } from '../../json/scan-json.js';
import { Fields } from '../fields.js';

/** Would change the answer, and has no counterpart across protocols. */
const untranslatable = [
	'logit_bias',
	'functions',
	'function_call',
	'audio',
	'prediction',
	'web_search_options',
	'logprobs',
	'top_logprobs',
];

/** An OpenAI chat in the canonical form. */
export function readOpenAiChat({ value }: ScannedJson, model: string): ChatRequest {
	const fields = new Fields(value);
	for (const name of untranslatable)
		if (fields.has(name) && value[name] !== false) throw fields.unsupported(name, 'is not supported for this model');
	if ((fields.number('n') ?? 1) !== 1) throw fields.unsupported('n', 'must be 1 for this model');
	const tools = toolsOf(fields);
	const stop = fields.raw('stop');
	return {
		model,
		isStreamed: fields.boolean('stream') ?? false,
		messages: fields.objects('messages').map(messageOf),
		tools,
		maxTokens: fields.number('max_completion_tokens') ?? fields.number('max_tokens'),
		temperature: fields.number('temperature'),
		topP: fields.number('top_p'),
		seed: fields.number('seed'),
		frequencyPenalty: fields.number('frequency_penalty'),
		presencePenalty: fields.number('presence_penalty'),
		stop: typeof stop === 'string' ? [stop] : fields.array('stop').filter((item) => typeof item === 'string'),
		format: formatOf(fields),
		reasoning: reasoningOf(fields),
		keepAlive: undefined,
	};
}

function toolsOf(fields: Fields): ToolDefinition[] {
	const choice = fields.raw('tool_choice');
	if (choice === 'none') return [];
	if (choice !== undefined && choice !== 'auto')
		throw fields.unsupported('tool_choice', 'other than "auto" and "none" is not supported for this model');
	return fields.objects('tools').map((tool) => {
		if (tool.string('type') !== 'function')
			throw tool.unsupported('type', 'other than "function" is not supported for this model');
		const definition = tool.object('function');
		const name = definition?.string('name');
		if (definition === undefined || name === undefined) throw tool.wrong('function.name', 'a string');
		return { name, description: definition.string('description'), parameters: definition.raw('parameters') };
	});
}

function messageOf(message: Fields): ChatMessage {
	const role = message.string('role');
	const { text, images } = contentOf(message);
	const base = {
		text,
		images,
		reasoning: message.string('reasoning_content'),
		toolCalls: [],
		toolCallId: undefined,
		toolName: undefined,
	};
	switch (role) {
		case 'system':
		case 'developer':
			return { ...base, role: 'system' };
		case 'user':
			return { ...base, role };
		case 'assistant':
			return { ...base, role, toolCalls: message.objects('tool_calls').map(toolCallOf) };
		case 'tool':
			return { ...base, role, toolCallId: message.string('tool_call_id') };
		default:
			throw message.wrong('role', 'one of system, developer, user, assistant, tool');
	}
}

function contentOf(message: Fields): { text: string; images: string[] } {
	const content = message.raw('content');
	if (content === undefined) return { text: '', images: [] };
	if (typeof content === 'string') return { text: content, images: [] };
	const texts: string[] = [];
	const images: string[] = [];
	for (const part of message.objects('content')) {
		const type = part.string('type');
		if (type === 'text') texts.push(part.string('text') ?? '');
		else if (type === 'refusal') texts.push(part.string('refusal') ?? '');
		else if (type === 'image_url') images.push(imageOf(part));
		else throw part.unsupported('type', `${JSON.stringify(type)} is not supported for this model`);
	}
	return { text: texts.join('\n'), images };
}

function imageOf(part: Fields): string {
	const url = part.object('image_url')?.string('url') ?? '';
	const base64 = base64OfDataUrl(url);
	if (base64 === undefined) throw part.unsupported('image_url.url', 'must be a data: URL with base64 for this model');
	return base64;
}

function toolCallOf(call: Fields): ToolCall {
	const target = call.object('function');
	return {
		id: call.string('id') ?? '',
		name: target?.string('name') ?? '',
		arguments: target?.string('arguments') ?? '',
	};
}

function formatOf(fields: Fields): ChatRequest['format'] {
	const format = fields.object('response_format');
	switch (format?.string('type')) {
		case undefined:
		case 'text':
			return undefined;
		case 'json_object':
			return { type: 'json' };
		case 'json_schema':
			return { type: 'schema', schema: format?.object('json_schema')?.raw('schema') ?? {} };
		default:
			throw fields.wrong('response_format.type', 'one of text, json_object, json_schema');
	}
}

function reasoningOf(fields: Fields): ChatRequest['reasoning'] {
	switch (fields.string('reasoning_effort')) {
		case undefined:
			return undefined;
		case 'none':
			return false;
		case 'minimal':
		case 'low':
			return 'low';
		case 'medium':
			return 'medium';
		default:
			return 'high';
	}
}

/** Texts only: token ids mean something to one tokenizer alone. */
export function readOpenAiEmbeddings({ value }: ScannedJson, model: string): EmbeddingRequest {
	const fields = new Fields(value);
	const input = typeof value.input === 'string' ? [value.input] : fields.array('input');
	if (input.length === 0) throw fields.wrong('input', 'a text or a list of texts');
	if (!input.every((item): item is string => typeof item === 'string'))
		throw new AppError(
			'invalid',
			'unsupported_parameter',
			'input must be texts for this model: token ids cannot be translated',
			{ param: 'input' },
		);
	return { model, input, dimensions: fields.number('dimensions') };
}
