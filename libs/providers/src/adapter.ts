import type { ChatDecoder, ChatEvent, ChatRequest, EmbeddingAnswer, EmbeddingRequest } from './chat.js';
import { type ModelFacts, NO_FACTS } from './model-facts.js';
import type { Protocol, WireOperation } from './operation.js';
import type { ListedModel, Provider } from './provider.js';
import type { UpstreamRequest } from './transport.js';
import type { Untranslatable } from './untranslatable.js';

/** Headers of the client that its dialect passes on to an upstream of the same protocol, lower case. */
export type ForwardedHeaders = Readonly<Record<string, string>>;

/** How to speak with one kind of upstream. Stateless; one instance per kind. */
export abstract class ProviderAdapter {
	abstract readonly protocol: Protocol;
	/** Which operation a translated chat becomes. */
	abstract readonly chat: WireOperation;
	/** Which operation translated embeddings become; `undefined`: this upstream has none. */
	abstract readonly embeddings: WireOperation | undefined;
	/** Whether an upstream answers several choices at once; else the pipeline asks it `n` times. */
	abstract readonly answersSeveral: boolean;
	/** Whether an upstream fetches images by URL itself; else the pipeline fetches them first. */
	abstract readonly takesImageUrls: boolean;

	/** Whether this provider serves an operation as its clients speak it: then bytes pass. */
	abstract serves(provider: Provider, operation: WireOperation): boolean;
	/** A call whose body is already in this upstream's protocol. */
	abstract request(
		provider: Provider,
		operation: WireOperation,
		body: Buffer,
		forwarded?: ForwardedHeaders,
	): UpstreamRequest;

	/** @throws AppError invalid, through `lost`, for what this upstream cannot do */
	abstract encodeChat(request: ChatRequest, lost: Untranslatable, provider: Provider): Buffer;
	abstract chatDecoder(request: ChatRequest, emit: (event: ChatEvent) => void): ChatDecoder;
	abstract encodeEmbeddings(request: EmbeddingRequest): Buffer;
	/** @throws AppError upstream when the answer is not one. */
	abstract decodeEmbeddings(body: Buffer): EmbeddingAnswer;

	/** Asks which models are in memory; `undefined`: this upstream does not say. */
	loadedRequest(_: Provider): UpstreamRequest | undefined {
		return undefined;
	}
	/** @throws AppError upstream when the answer is not a list. */
	decodeLoaded(_: Buffer): string[] {
		return [];
	}

	abstract listRequest(provider: Provider): UpstreamRequest;
	/** @throws AppError upstream when the answer is not a list of models. */
	abstract decodeList(body: Buffer): ListedModel[];

	/** Asks for what the list does not say of a model; `undefined`: it says all there is. */
	detailRequest(_provider: Provider, _model: string): UpstreamRequest | undefined {
		return undefined;
	}
	/** @throws AppError upstream when the answer is not one to `detailRequest`. */
	decodeDetail(_body: Buffer): ModelFacts {
		return NO_FACTS;
	}
}
