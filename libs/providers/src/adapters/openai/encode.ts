import type { ChatMessage, ChatRequest, EmbeddingRequest } from '../../chat.js';
import { imageUrl } from '../../wire/images.js';

/** The canonical chat in OpenAI's form. Undefined members vanish in JSON. */
export const encodeOpenAiChat = (request: ChatRequest): Buffer =>
	Buffer.from(
		JSON.stringify({
			model: request.model,
			messages: request.messages.map(encodeMessage),
			stream: request.isStreamed,
			stream_options: request.isStreamed ? { include_usage: true } : undefined,
			tools:
				request.tools.length === 0
					? undefined
					: request.tools.map(({ name, description, parameters }) => ({
							type: 'function',
							function: { name, description, parameters },
						})),
			max_tokens: request.maxTokens,
			temperature: request.temperature,
			top_p: request.topP,
			seed: request.seed,
			frequency_penalty: request.frequencyPenalty,
			presence_penalty: request.presencePenalty,
			stop: request.stop.length === 0 ? undefined : request.stop,
			response_format: encodeFormat(request.format),
			reasoning_effort: encodeReasoning(request.reasoning),
		}),
	);

function encodeMessage(message: ChatMessage): object {
	const { role, text } = message;
	if (role === 'tool') return { role, content: text, tool_call_id: message.toolCallId ?? message.toolName ?? '' };
	if (role === 'assistant' && message.toolCalls.length > 0)
		return {
			role,
			content: text === '' ? null : text,
			tool_calls: message.toolCalls.map((call) => ({
				id: call.id,
				type: 'function',
				function: { name: call.name, arguments: call.arguments },
			})),
		};
	if (message.images.length === 0) return { role, content: text };
	const images = message.images.map((image) => ({ type: 'image_url', image_url: { url: imageUrl(image) } }));
	return { role, content: text === '' ? images : [{ type: 'text', text }, ...images] };
}

function encodeFormat(format: ChatRequest['format']): object | undefined {
	if (format === undefined) return undefined;
	if (format.type === 'json') return { type: 'json_object' };
	return { type: 'json_schema', json_schema: { name: 'answer', schema: format.schema } };
}

function encodeReasoning(reasoning: ChatRequest['reasoning']): string | undefined {
	if (typeof reasoning === 'string') return reasoning;
	if (reasoning === undefined) return undefined;
	return reasoning ? 'medium' : 'none';
}

export const encodeOpenAiEmbeddings = ({ model, input, dimensions }: EmbeddingRequest): Buffer =>
	Buffer.from(JSON.stringify({ model, input, dimensions, encoding_format: 'float' }));
