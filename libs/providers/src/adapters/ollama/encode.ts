import type { ChatMessage, ChatRequest, EmbeddingRequest } from '../../chat.js';

/** The canonical chat in Ollama's native form. */
export const encodeOllamaChat = (request: ChatRequest): Buffer =>
	Buffer.from(
		JSON.stringify({
			model: request.model,
			messages: request.messages.map((message) => encodeMessage(message, request.messages)),
			stream: request.isStreamed,
			tools:
				request.tools.length === 0
					? undefined
					: request.tools.map(({ name, description, parameters }) => ({
							type: 'function',
							function: { name, description, parameters },
						})),
			format:
				request.format === undefined ? undefined : request.format.type === 'json' ? 'json' : request.format.schema,
			think: request.reasoning,
			keep_alive: request.keepAlive,
			options: {
				num_predict: request.maxTokens,
				temperature: request.temperature,
				top_p: request.topP,
				seed: request.seed,
				frequency_penalty: request.frequencyPenalty,
				presence_penalty: request.presencePenalty,
				stop: request.stop.length === 0 ? undefined : request.stop,
			},
		}),
	);

function encodeMessage(message: ChatMessage, all: readonly ChatMessage[]): object {
	const { role, text: content } = message;
	if (role === 'tool')
		return {
			role,
			content,
			tool_name: message.toolName ?? nameOf(message.toolCallId, all),
			tool_call_id: message.toolCallId,
		};
	return {
		role,
		content,
		thinking: message.reasoning,
		images: message.images.length === 0 ? undefined : message.images,
		tool_calls:
			message.toolCalls.length === 0
				? undefined
				: message.toolCalls.map((call) => ({
						id: call.id,
						function: { name: call.name, arguments: argumentsOf(call.arguments) },
					})),
	};
}

/** Ollama knows a tool's answer by the tool's name, OpenAI by the id of the call. */
const nameOf = (id: string | undefined, all: readonly ChatMessage[]): string | undefined =>
	all.flatMap((message) => message.toolCalls).find((call) => call.id === id)?.name;

/** Ollama wants an object. What the model wrote wrongly is kept as text, never a crash. */
function argumentsOf(json: string): object {
	try {
		const value: unknown = JSON.parse(json === '' ? '{}' : json);
		return value !== null && typeof value === 'object' ? value : { value };
	} catch {
		return { value: json };
	}
}

export const encodeOllamaEmbeddings = ({ model, input, dimensions }: EmbeddingRequest): Buffer =>
	Buffer.from(JSON.stringify({ model, input, dimensions }));
