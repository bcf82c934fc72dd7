import {
	type ChatMessage,
	type ChatRequest,
	type ContentPart,
	type EmbeddingRequest,
	textOf,
	toolAnswerText,
	type ToolChoice,
} from '../../chat.js';
import type { Provider } from '../../provider.js';
import type { Untranslatable } from '../../untranslatable.js';
import { imageUrl } from '../../wire/images.js';

/** The canonical chat in OpenAI's form. Undefined members vanish in JSON. */
export function encodeOpenAiChat(request: ChatRequest, lost: Untranslatable, { kind }: Provider): Buffer {
	// OpenAI's newer models take the newer name only, other servers often the older one only
	const cap = kind === 'openai' ? 'max_completion_tokens' : 'max_tokens';
	if (request.topK !== undefined) lost.add('top_k');
	if (request.minP !== undefined) lost.add('min_p');
	return Buffer.from(
		JSON.stringify({
			model: request.model,
			messages: request.messages.map((message) => encodeMessage(message, lost)),
			stream: request.isStreamed,
			stream_options: request.isStreamed ? streamOptionsOf(request) : undefined,
			tools: request.tools.length === 0 ? undefined : request.tools.map(encodeTool),
			tool_choice: encodeToolChoice(request.toolChoice),
			parallel_tool_calls: request.tools.length === 0 ? undefined : request.parallelTools,
			n: request.n === 1 ? undefined : request.n,
			[cap]: request.maxTokens,
			temperature: request.temperature,
			top_p: request.topP,
			seed: request.seed,
			frequency_penalty: request.frequencyPenalty,
			presence_penalty: request.presencePenalty,
			logprobs: request.logprobs === undefined ? undefined : true,
			top_logprobs: request.logprobs === 0 ? undefined : request.logprobs,
			logit_bias: request.logitBias,
			stop: request.stop.length === 0 ? undefined : request.stop,
			response_format: encodeFormat(request.format),
			reasoning_effort: encodeReasoning(request.reasoning),
			user: request.userId,
			prompt_cache_key: request.cacheKey,
		}),
	);
}

/** vLLM tells each choice's usage by itself: of several, the last would be taken for the whole. */
const streamOptionsOf = ({ continuousUsage, n }: ChatRequest): object =>
	continuousUsage === true && n === 1 ? { include_usage: true, continuous_usage_stats: true } : { include_usage: true };

const encodeTool = ({ name, description, parameters, strict }: ChatRequest['tools'][number]): object => ({
	type: 'function',
	function: { name, description, parameters, strict },
});

const encodeToolChoice = (choice: ToolChoice | undefined): unknown =>
	typeof choice === 'object' ? { type: 'function', function: { name: choice.name } } : choice;

function encodeMessage(message: ChatMessage, lost: Untranslatable): object {
	const { role, parts } = message;
	if (role === 'tool') return encodeToolAnswer(message, lost);
	if (role === 'assistant' && message.toolCalls.length > 0)
		return {
			role,
			content: parts.length === 0 ? null : textOf(parts),
			tool_calls: message.toolCalls.map((call) => ({
				id: call.id,
				type: 'function',
				function: { name: call.name, arguments: call.arguments },
			})),
		};
	if (parts.every(({ type }) => type === 'text')) return { role, content: textOf(parts) };
	return { role, content: parts.map(encodePart) };
}

/** Texts alone: this protocol has no other answers of tools. */
function encodeToolAnswer(message: ChatMessage, lost: Untranslatable): object {
	if (message.parts.some(({ type }) => type !== 'text'))
		lost.add('messages', "hold a tool's answer other than text, which is not supported for this model");
	return {
		role: 'tool',
		content: toolAnswerText(message),
		tool_call_id: message.toolCallId ?? message.toolName ?? '',
	};
}

function encodePart(part: ContentPart): object {
	switch (part.type) {
		case 'text':
			return { type: 'text', text: part.text };
		case 'image':
			return { type: 'image_url', image_url: { url: imageUrl(part.base64, part.mediaType), detail: part.detail } };
		case 'image_url':
			return { type: 'image_url', image_url: { url: part.url, detail: part.detail } };
		case 'file':
			return {
				type: 'file',
				file: { file_data: `data:${part.mediaType};base64,${part.base64}`, filename: part.name ?? 'document' },
			};
		case 'audio':
			return { type: 'input_audio', input_audio: { data: part.base64, format: part.format } };
	}
}

function encodeFormat(format: ChatRequest['format']): object | undefined {
	if (format === undefined) return undefined;
	if (format.type === 'json') return { type: 'json_object' };
	const { name = 'answer', schema, strict, description } = format;
	return { type: 'json_schema', json_schema: { name, description, schema, strict } };
}

function encodeReasoning(reasoning: ChatRequest['reasoning']): string | undefined {
	if (reasoning === 'max') return 'high';
	if (typeof reasoning === 'string') return reasoning;
	if (reasoning === undefined) return undefined;
	return reasoning ? 'medium' : 'none';
}

export const encodeOpenAiEmbeddings = ({ model, input, dimensions }: EmbeddingRequest): Buffer =>
	Buffer.from(JSON.stringify({ model, input, dimensions, encoding_format: 'float' }));
