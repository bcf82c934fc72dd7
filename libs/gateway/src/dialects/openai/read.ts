import { AppError } from '#libs/kernel';
import {
	type ChatMessage,
	type ChatRequest,
	type ContentPart,
	type EmbeddingRequest,
	NO_WISHES,
	textMessage,
	type ToolCall,
	type Untranslatable,
} from '#libs/providers';
import type { ScannedJson } from '../../json/scan-json.js';
import { Fields } from '../fields.js';
import { filePart, imagePart, wrongImage } from './parts.js';
import { readTools } from './tool-choice.js';
import { effortOf, formatOf } from './wishes.js';

/** Would change the answer, and no other protocol can express it. */
const untranslatable = ['functions', 'function_call', 'audio', 'prediction', 'web_search_options', 'moderation'];

/** An OpenAI chat in the canonical form. */
export function readOpenAiChat({ value }: ScannedJson, model: string, lost: Untranslatable): ChatRequest {
	const fields = new Fields(value);
	refuse(fields, lost);
	return {
		...NO_WISHES,
		...samplingOf(fields),
		model,
		messages: fields.objects('messages').map((message) => messageOf(message, lost)),
		...readTools(fields, (tool, type) => tool.object(type), lost),
		parallelTools: fields.boolean('parallel_tool_calls'),
		maxTokens: fields.number('max_completion_tokens') ?? fields.number('max_tokens'),
		topK: fields.number('top_k'),
		minP: fields.number('min_p'),
		logprobs: fields.boolean('logprobs') === true ? (fields.number('top_logprobs') ?? 0) : undefined,
		format: formatOf(fields.object('response_format'), (format) => format.object('json_schema')),
		reasoning: effortOf(fields.string('reasoning_effort'), (expected) => fields.wrong('reasoning_effort', expected)),
		userId: fields.string('user') ?? fields.string('safety_identifier'),
		cacheKey: fields.string('prompt_cache_key'),
	};
}

function refuse(fields: Fields, lost: Untranslatable): void {
	for (const name of untranslatable) if (fields.has(name)) lost.add(name);
	if (fields.array('modalities').some((modality) => modality !== 'text'))
		lost.add('modalities', 'other than text are not supported for this model');
	if ((fields.string('verbosity') ?? 'medium') !== 'medium')
		lost.add('verbosity', 'other than "medium" is not supported for this model');
}

/** What chats and completions call the same. */
export const samplingOf = (fields: Fields) => ({
	isStreamed: fields.boolean('stream') ?? false,
	temperature: fields.number('temperature'),
	topP: fields.number('top_p'),
	seed: fields.number('seed'),
	frequencyPenalty: fields.number('frequency_penalty'),
	presencePenalty: fields.number('presence_penalty'),
	stop: stopOf(fields),
	n: choicesOf(fields),
	logitBias: biasOf(fields),
	userId: fields.string('user'),
});

const MOST_CHOICES = 16;

function choicesOf(fields: Fields): number {
	const n = fields.number('n') ?? 1;
	if (!Number.isSafeInteger(n) || n < 1 || n > MOST_CHOICES)
		throw fields.wrong('n', `a whole number from 1 to ${MOST_CHOICES}`);
	return n;
}

function stopOf(fields: Fields): string[] {
	const stop = fields.raw('stop');
	if (typeof stop === 'string') return [stop];
	return fields.array('stop').map((item, at) => {
		if (typeof item !== 'string') throw fields.wrong(`stop.${at}`, 'a string');
		return item;
	});
}

function biasOf(fields: Fields): ChatRequest['logitBias'] {
	const bias = fields.raw('logit_bias');
	if (bias === undefined) return undefined;
	if (
		typeof bias !== 'object' ||
		Array.isArray(bias) ||
		Object.values(bias as object).some((n) => typeof n !== 'number')
	)
		throw fields.wrong('logit_bias', 'an object of numbers');
	return Object.keys(bias as object).length === 0 ? undefined : (bias as Record<string, number>);
}

function messageOf(message: Fields, lost: Untranslatable): ChatMessage {
	const role = message.string('role');
	const parts = partsOf(message);
	switch (role) {
		case 'system':
		case 'developer':
			return { ...textMessage('system', ''), parts };
		case 'user':
			return { ...textMessage(role, ''), parts };
		case 'assistant':
			return assistantOf(message, parts, lost);
		case 'tool': {
			const toolCallId = message.string('tool_call_id');
			if (toolCallId === undefined) throw message.wrong('tool_call_id', 'a string');
			return { ...textMessage(role, ''), parts, toolCallId };
		}
		default:
			throw message.wrong('role', 'one of system, developer, user, assistant, tool');
	}
}

function assistantOf(message: Fields, parts: ContentPart[], lost: Untranslatable): ChatMessage {
	for (const name of ['audio', 'function_call'])
		if (message.has(name)) lost.add('messages', `with ${name} are not supported for this model`);
	const refusal = message.string('refusal');
	const reasoning = message.string('reasoning_content');
	return {
		...textMessage('assistant', ''),
		parts: refusal === undefined ? parts : [...parts, { type: 'text', text: refusal }],
		reasoning:
			reasoning === undefined
				? []
				: [{ text: reasoning, vendor: undefined, signature: undefined, redacted: undefined }],
		toolCalls: message.objects('tool_calls').flatMap((call) => toolCallOf(call, lost)),
	};
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
		case 'image_url': {
			const image = part.object('image_url');
			return imagePart(image?.string('url') ?? '', image?.string('detail'), () => wrongImage(part, 'image_url.url'));
		}
		case 'input_audio': {
			const audio = part.object('input_audio');
			return { type: 'audio', base64: audio?.string('data') ?? '', format: audio?.string('format') ?? 'wav' };
		}
		case 'file':
			return filePart(part, part.object('file'));
		default:
			throw part.unsupported('type', `${JSON.stringify(part.raw('type'))} is not supported for this model`);
	}
}

function toolCallOf(call: Fields, lost: Untranslatable): ToolCall[] {
	if ((call.string('type') ?? 'function') !== 'function') {
		lost.add('messages', 'with calls of custom tools are not supported for this model');
		return [];
	}
	const target = call.object('function');
	return [
		{
			id: call.string('id') ?? '',
			name: target?.string('name') ?? '',
			arguments: target?.string('arguments') ?? '',
		},
	];
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
	const format = fields.string('encoding_format') ?? 'float';
	if (format !== 'float' && format !== 'base64') throw fields.wrong('encoding_format', 'float or base64');
	return { model, input, dimensions: fields.number('dimensions') };
}
