import type { ChatDecoder, ChatEvent, ChatRequest, EmbeddingAnswer, EmbeddingRequest } from './chat.js';
import type { ListedModel, Provider } from './provider.js';
import type { UpstreamRequest } from './transport.js';

export type Protocol = 'openai' | 'ollama';

/** How to speak with one kind of upstream. Stateless; one instance per kind. */
export abstract class ProviderAdapter {
	abstract readonly protocol: Protocol;

	/** A call whose body is already in this upstream's protocol. */
	abstract request(provider: Provider, operation: 'chat' | 'embeddings', body: Buffer): UpstreamRequest;

	abstract encodeChat(request: ChatRequest): Buffer;
	abstract chatDecoder(isStreamed: boolean, emit: (event: ChatEvent) => void): ChatDecoder;
	abstract encodeEmbeddings(request: EmbeddingRequest): Buffer;
	/** @throws AppError upstream when the answer is not one. */
	abstract decodeEmbeddings(body: Buffer): EmbeddingAnswer;

	abstract listRequest(provider: Provider): UpstreamRequest;
	/** @throws AppError upstream when the answer is not a list of models. */
	abstract decodeList(body: Buffer): ListedModel[];
}
