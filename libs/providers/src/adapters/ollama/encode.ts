import { type ChatMessage, type ChatRequest, type EmbeddingRequest, textOf, toolAnswerText } from '../../chat.js';
import type { Untranslatable } from '../../untranslatable.js';
import { argumentsObject } from '../../wire/arguments.js';
import { forcedTools, formatOfCalls } from './forced-tool.js';

/** The canonical chat in Ollama's native form. */
export function encodeOllamaChat(request: ChatRequest, lost: Untranslatable): Buffer {
	if (request.logitBias !== undefined) lost.add('logit_bias');
	const forced = forcedTools(request);
	const tools = forced ?? (request.toolChoice === 'none' ? [] : request.tools);
	return Buffer.from(
		JSON.stringify({
			model: request.model,
			messages: request.messages.map((message) => encodeMessage(message, request.messages, lost)),
			stream: request.isStreamed,
			tools: tools.length === 0 ? undefined : tools.map(encodeTool),
			format: forced === undefined ? encodeFormat(request.format) : formatOfCalls(forced),
			think: request.reasoning === 'minimal' ? 'low' : request.reasoning,
			keep_alive: request.keepAlive,
			logprobs: request.logprobs === undefined ? undefined : true,
			top_logprobs: request.logprobs === 0 ? undefined : request.logprobs,
			options: {
				...request.runtime,
				num_predict: request.maxTokens,
				temperature: request.temperature,
				top_p: request.topP,
				top_k: request.topK,
				min_p: request.minP,
				seed: request.seed,
				frequency_penalty: request.frequencyPenalty,
				presence_penalty: request.presencePenalty,
				stop: request.stop.length === 0 ? undefined : request.stop,
			},
		}),
	);
}

/** A schema that is missing allows any JSON. */
function encodeFormat(format: ChatRequest['format']): unknown {
	if (format === undefined) return undefined;
	return format.type === 'json' ? 'json' : (format.schema ?? 'json');
}

const encodeTool = ({ name, description, parameters }: ChatRequest['tools'][number]): object => ({
	type: 'function',
	function: { name, description, parameters },
});

function encodeMessage(message: ChatMessage, all: readonly ChatMessage[], lost: Untranslatable): object {
	const { role } = message;
	const content = textOf(message.parts);
	if (role === 'tool')
		return {
			role,
			content: toolAnswerText(message),
			images: imagesOf(message, lost),
			tool_name: message.toolName ?? nameOf(message.toolCallId, all),
			tool_call_id: message.toolCallId,
		};
	const thinking = message.reasoning.map(({ text }) => text).join('');
	return {
		role,
		content,
		thinking: thinking === '' ? undefined : thinking,
		images: imagesOf(message, lost),
		tool_calls:
			message.toolCalls.length === 0
				? undefined
				: message.toolCalls.map((call) => ({
						id: call.id,
						function: { name: call.name, arguments: argumentsObject(call.arguments) },
					})),
	};
}

/** Sound rides among the images there. */
function imagesOf({ parts }: ChatMessage, lost: Untranslatable): string[] | undefined {
	const images: string[] = [];
	for (const part of parts)
		if (part.type === 'image' || part.type === 'audio') images.push(part.base64);
		else if (part.type !== 'text')
			lost.add('messages', `hold content of the type ${part.type}, which is not supported for this model`);
	return images.length === 0 ? undefined : images;
}

/** Ollama knows a tool's answer by the tool's name, OpenAI by the id of the call. */
const nameOf = (id: string | undefined, all: readonly ChatMessage[]): string | undefined =>
	all.flatMap((message) => message.toolCalls).findLast((call) => call.id === id)?.name;

export const encodeOllamaEmbeddings = ({ model, input, dimensions }: EmbeddingRequest): Buffer =>
	Buffer.from(JSON.stringify({ model, input, dimensions }));
