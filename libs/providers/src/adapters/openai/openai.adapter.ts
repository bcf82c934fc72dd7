import { type ForwardedHeaders, ProviderAdapter } from '../../adapter.js';
import type { ChatDecoder, ChatEvent, ChatRequest, EmbeddingAnswer, EmbeddingRequest } from '../../chat.js';
import type { WireOperation } from '../../operation.js';
import type { ListedModel, Provider } from '../../provider.js';
import type { UpstreamRequest } from '../../transport.js';
import type { Untranslatable } from '../../untranslatable.js';
import { decodeOpenAiEmbeddings, decodeOpenAiList, OpenAiAnswerDecoder, OpenAiStreamDecoder } from './decode.js';
import { encodeOpenAiChat, encodeOpenAiEmbeddings } from './encode.js';

const paths: Partial<Record<WireOperation, string>> = {
	'openai/chat': '/chat/completions',
	'openai/embeddings': '/embeddings',
};

/** OpenAI and everything that speaks its protocol: vLLM, llama.cpp's server, LM Studio, Groq, Mistral, OpenRouter … */
export class OpenAiAdapter extends ProviderAdapter {
	readonly protocol = 'openai';
	readonly chat = 'openai/chat';
	readonly embeddings = 'openai/embeddings';
	readonly answersSeveral = true;
	readonly takesImageUrls = true;

	serves(_: Provider, operation: WireOperation): boolean {
		return paths[operation] !== undefined;
	}
	request(provider: Provider, operation: WireOperation, body: Buffer, _?: ForwardedHeaders): UpstreamRequest {
		return {
			method: 'POST',
			path: pathOf(provider, paths[operation] ?? ''),
			headers: { ...headersOf(provider), 'content-type': 'application/json' },
			body,
		};
	}

	encodeChat(request: ChatRequest, lost: Untranslatable): Buffer {
		return encodeOpenAiChat(request, lost);
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
		return { method: 'GET', path: pathOf(provider, '/models'), headers: headersOf(provider), body: undefined };
	}
	decodeList(body: Buffer): ListedModel[] {
		return decodeOpenAiList(body);
	}
}

const bases = new WeakMap<Provider, { path: string; headers: Readonly<Record<string, string>> }>();

/** Computed once per provider revision: the hot path only concatenates. */
function baseOf(provider: Provider): { path: string; headers: Readonly<Record<string, string>> } {
	let base = bases.get(provider);
	if (base === undefined) {
		const headers = { accept: 'application/json, text/event-stream' };
		base = {
			path: new URL(provider.baseUrl).pathname.replace(/\/+$/, ''),
			headers: Object.freeze(
				provider.credential === undefined ? headers : { ...headers, authorization: `Bearer ${provider.credential}` },
			),
		};
		bases.set(provider, base);
	}
	return base;
}
const pathOf = (provider: Provider, path: string): string => baseOf(provider).path + path;
const headersOf = (provider: Provider): Readonly<Record<string, string>> => baseOf(provider).headers;
