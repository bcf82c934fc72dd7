import { type ForwardedHeaders, ProviderAdapter } from '../../adapter.js';
import type { ChatDecoder, ChatEvent, ChatRequest, EmbeddingAnswer, EmbeddingRequest } from '../../chat.js';
import { factsOfShown, type ModelFacts } from '../../model-facts.js';
import type { WireOperation } from '../../operation.js';
import type { ListedModel, Provider } from '../../provider.js';
import type { UpstreamRequest } from '../../transport.js';
import type { Untranslatable } from '../../untranslatable.js';
import { parseUpstreamJson } from '../../wire/lines.js';
import { decodeOllamaEmbeddings, decodeOllamaTags, OllamaDecoder } from './decode.js';
import { encodeOllamaChat, encodeOllamaEmbeddings } from './encode.js';

const paths: Partial<Record<WireOperation, string>> = {
	'ollama/chat': '/api/chat',
	'ollama/generate': '/api/generate',
	'ollama/embed': '/api/embed',
	'ollama/embeddings': '/api/embeddings',
};

/** An Ollama server, in its native protocol. A credential is sent as Bearer, for servers behind a proxy. */
export class OllamaAdapter extends ProviderAdapter {
	readonly protocol = 'ollama';
	readonly chat = 'ollama/chat';
	readonly embeddings = 'ollama/embed';
	readonly answersSeveral = false;
	readonly takesImageUrls = false;

	serves(_: Provider, operation: WireOperation): boolean {
		return paths[operation] !== undefined;
	}
	request(provider: Provider, operation: WireOperation, body: Buffer, _?: ForwardedHeaders): UpstreamRequest {
		const headers = { ...authorization(provider), 'content-type': 'application/json' };
		return { method: 'POST', path: pathOf(provider, paths[operation] ?? ''), headers, body };
	}
	encodeChat(request: ChatRequest, lost: Untranslatable): Buffer {
		return encodeOllamaChat(request, lost);
	}
	chatDecoder(request: ChatRequest, emit: (event: ChatEvent) => void): ChatDecoder {
		return new OllamaDecoder(request, emit);
	}
	encodeEmbeddings(request: EmbeddingRequest): Buffer {
		return encodeOllamaEmbeddings(request);
	}
	decodeEmbeddings(body: Buffer): EmbeddingAnswer {
		return decodeOllamaEmbeddings(body);
	}
	override loadedRequest(provider: Provider): UpstreamRequest {
		return { method: 'GET', path: pathOf(provider, '/api/ps'), headers: authorization(provider), body: undefined };
	}
	override decodeLoaded(body: Buffer): string[] {
		return decodeOllamaTags(body).map(({ id }) => id);
	}
	listRequest(provider: Provider): UpstreamRequest {
		return { method: 'GET', path: pathOf(provider, '/api/tags'), headers: authorization(provider), body: undefined };
	}
	decodeList(body: Buffer): ListedModel[] {
		return decodeOllamaTags(body);
	}
	override detailRequest(provider: Provider, model: string): UpstreamRequest {
		const headers = { ...authorization(provider), 'content-type': 'application/json' };
		return {
			method: 'POST',
			path: pathOf(provider, '/api/show'),
			headers,
			body: Buffer.from(JSON.stringify({ model })),
		};
	}
	override decodeDetail(body: Buffer): ModelFacts {
		return factsOfShown(parseUpstreamJson(body.toString('utf8')));
	}
}

const authorization = ({ credential }: Provider): Record<string, string> =>
	credential === undefined ? {} : { authorization: `Bearer ${credential}` };

const bases = new WeakMap<Provider, string>();
function pathOf(provider: Provider, path: string): string {
	let base = bases.get(provider);
	if (base === undefined) {
		base = new URL(provider.baseUrl).pathname.replace(/(?<!\/)\/+$/, '');
		bases.set(provider, base);
	}
	return base + path;
}
