import { type ForwardedHeaders, ProviderAdapter } from '../../adapter.js';
import type { ChatDecoder, ChatEvent, ChatRequest, EmbeddingAnswer, EmbeddingRequest } from '../../chat.js';
import type { WireOperation } from '../../operation.js';
import type { ListedModel, Provider } from '../../provider.js';
import type { UpstreamRequest } from '../../transport.js';
import type { Untranslatable } from '../../untranslatable.js';
import { callPath, headersOf, listPath, servesOpenAi } from './connection.js';
import { decodeOpenAiEmbeddings, decodeOpenAiList, OpenAiAnswerDecoder, OpenAiStreamDecoder } from './decode.js';
import { encodeOpenAiChat, encodeOpenAiEmbeddings } from './encode.js';

/** OpenAI, Azure's form of it, and everything that speaks its protocol: vLLM, llama.cpp's server, LM Studio, Groq, Mistral … */
export class OpenAiAdapter extends ProviderAdapter {
	readonly protocol = 'openai';
	readonly chat = 'openai/chat';
	readonly embeddings = 'openai/embeddings';
	readonly answersSeveral = true;
	readonly takesImageUrls = true;

	serves(provider: Provider, operation: WireOperation): boolean {
		return servesOpenAi(provider, operation);
	}
	request(provider: Provider, operation: WireOperation, body: Buffer, _?: ForwardedHeaders): UpstreamRequest {
		return {
			method: 'POST',
			path: callPath(provider, operation, body),
			headers: { ...headersOf(provider), 'content-type': 'application/json' },
			body,
		};
	}

	encodeChat(request: ChatRequest, lost: Untranslatable, provider: Provider): Buffer {
		return encodeOpenAiChat(request, lost, provider);
	}
	chatDecoder({ isStreamed }: ChatRequest, emit: (event: ChatEvent) => void): ChatDecoder {
		return isStreamed ? new OpenAiStreamDecoder(emit) : new OpenAiAnswerDecoder(emit);
	}
	encodeEmbeddings(request: EmbeddingRequest): Buffer {
		return encodeOpenAiEmbeddings(request);
	}
	decodeEmbeddings(body: Buffer): EmbeddingAnswer {
		return decodeOpenAiEmbeddings(body);
	}
	listRequest(provider: Provider): UpstreamRequest {
		return { method: 'GET', path: listPath(provider), headers: headersOf(provider), body: undefined };
	}
	decodeList(body: Buffer): ListedModel[] {
		return decodeOpenAiList(body);
	}
}
