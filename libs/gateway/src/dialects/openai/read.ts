import { AppError } from '#libs/kernel';
import {
	type ChatMessage,
	type ChatRequest,
	type ContentPart,
	dataUrlParts,
	type EmbeddingRequest,
	type ToolCall,
	type ToolChoice,
	type ToolDefinition,
	type Untranslatable,
} from '#libs/providers';
import type { ScannedJson } from '../../json/scan-json.js';
import { Fields } from '../fields.js';

/** Would change the answer, and no other protocol can express it. */
const untranslatable = ['functions', 'function_call', 'audio', 'prediction', 'web_search_options'];

/** An OpenAI chat in the canonical form. */
export function readOpenAiChat({ value }: ScannedJson, model: string, lost: Untranslatable): ChatRequest {
	const fields = new Fields(value);
	for (const name of untranslatable) if (fields.has(name)) lost.add(name);
	return {
		model,
		isStreamed: fields.boolean('stream') ?? false,
		messages: fields.objects('messages').map(messageOf),
		tools: fields.objects('tools').flatMap((tool) => toolOf(tool, lost)),
		toolChoice: toolChoiceOf(fields, lost),
		parallelTools: fields.boolean('parallel_tool_calls'),
		maxTokens: fields.number('max_completion_tokens') ?? fields.number('max_tokens'),
		temperature: fields.number('temperature'),
		topP: fields.number('top_p'),
		topK: fields.number('top_k'),
		minP: fields.number('min_p'),
		seed: fields.number('seed'),
		frequencyPenalty: fields.number('frequency_penalty'),
		presencePenalty: fields.number('presence_penalty'),
		stop: stopOf(fields),
		n: choicesOf(fields),
		logprobs: fields.boolean('logprobs') === true ? (fields.number('top_logprobs') ?? 0) : undefined,
		logitBias: fields.raw('logit_bias') as Record<string, number> | undefined,
		format: formatOf(fields),
		reasoning: reasoningOf(fields),
		reasoningBudget: undefined,
		userId: fields.string('user') ?? fields.string('safety_identifier'),
		cacheKey: fields.string('prompt_cache_key'),
		keepAlive: undefined,
		runtime: undefined,
	};
}

const MOST_CHOICES = 16;

function choicesOf(fields: Fields): number {
	const n = fields.number('n') ?? 1;
	if (!Number.isSafeInteger(n) || n < 1 || n > MOST_CHOICES)
		throw fields.wrong('n', `a whole number from 1 to ${MOST_CHOICES}`);
	return n;
}

const stopOf = (fields: Fields): string[] => {
	const stop = fields.raw('stop');
	return typeof stop === 'string' ? [stop] : fields.array('stop').filter((item) => typeof item === 'string');
};

function toolOf(tool: Fields, lost: Untranslatable): ToolDefinition[] {
	if (tool.string('type') !== 'function') {
		lost.add('tools', 'other than functions are not supported for this model');
		return [];
	}
	const definition = tool.object('function');
	const name = definition?.string('name');
	if (definition === undefined || name === undefined) throw tool.wrong('function.name', 'a string');
	return [
		{
			name,
			description: definition.string('description'),
			parameters: definition.raw('parameters'),
			strict: definition.boolean('strict'),
		},
	];
}

function toolChoiceOf(fields: Fields, lost: Untranslatable): ToolChoice | undefined {
	const choice = fields.raw('tool_choice');
	if (choice === undefined || choice === 'auto' || choice === 'none' || choice === 'required') return choice;
	const chosen = fields.object('tool_choice');
	const name = chosen?.object('function')?.string('name');
	if (chosen?.string('type') === 'function' && name !== undefined) return { name };
	lost.add('tool_choice', 'must be "auto", "none", "required" or a function for this model');
	return undefined;
}

function messageOf(message: Fields): ChatMessage {
	const role = message.string('role');
	const base = {
		parts: partsOf(message),
		reasoning: reasoningParts(message),
		toolCalls: [],
		toolCallId: undefined,
		toolName: undefined,
		isError: false,
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

function reasoningParts(message: Fields): ChatMessage['reasoning'] {
	const text = message.string('reasoning_content');
	return text === undefined ? [] : [{ text, vendor: undefined, signature: undefined, redacted: undefined }];
}

function partsOf(message: Fields): ContentPart[] {
	const content = message.raw('content');
	if (content === undefined || content === '') return [];
	if (typeof content === 'string') return [{ type: 'text', text: content }];
	return message.objects('content').map(partOf);
}

function partOf(part: Fields): ContentPart {
	switch (part.string('type')) {
		case 'text':
			return { type: 'text', text: part.string('text') ?? '' };
		case 'refusal':
			return { type: 'text', text: part.string('refusal') ?? '' };
		case 'image_url':
			return imagePart(part.object('image_url')?.string('url') ?? '', () =>
				part.wrong('image_url.url', 'a data: URL with base64, or an http(s) URL'),
			);
		case 'input_audio': {
			const audio = part.object('input_audio');
			return { type: 'audio', base64: audio?.string('data') ?? '', format: audio?.string('format') ?? 'wav' };
		}
		case 'file': {
			const file = part.object('file');
			const data = dataUrlParts(file?.string('file_data') ?? '');
			if (data === undefined) throw part.unsupported('file', 'must hold file_data as a data: URL with base64');
			return { type: 'file', ...data, name: file?.string('filename') };
		}
		default:
			throw part.unsupported('type', `${JSON.stringify(part.raw('type'))} is not supported for this model`);
	}
}

/** An image given by a URL of any form. @throws what `wrong` makes */
export function imagePart(url: string, wrong: () => AppError): ContentPart {
	const data = dataUrlParts(url);
	if (data !== undefined) return { type: 'image', ...data };
	if (!/^https?:\/\//i.test(url)) throw wrong();
	return { type: 'image_url', url };
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
		case 'json_schema': {
			const schema = format?.object('json_schema');
			return { type: 'schema', schema: schema?.raw('schema') ?? {}, name: schema?.string('name') };
		}
		default:
			throw fields.wrong('response_format.type', 'one of text, json_object, json_schema');
	}
}

function reasoningOf(fields: Fields): ChatRequest['reasoning'] {
	const effort = fields.string('reasoning_effort');
	switch (effort) {
		case undefined:
			return undefined;
		case 'none':
			return false;
		case 'minimal':
		case 'low':
		case 'medium':
		case 'high':
			return effort;
		case 'xhigh':
		case 'max':
			return 'max';
		default:
			throw fields.wrong('reasoning_effort', 'one of none, minimal, low, medium, high, xhigh, max');
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
