import { AppError } from '#libs/kernel';
import { type ForwardedHeaders, ProviderAdapter } from '../../adapter.js';
import type { ChatDecoder, ChatEvent, ChatRequest, EmbeddingAnswer } from '../../chat.js';
import type { WireOperation } from '../../operation.js';
import type { ListedModel, Provider } from '../../provider.js';
import type { UpstreamRequest } from '../../transport.js';
import type { Untranslatable } from '../../untranslatable.js';
import { DEFAULT_ANTHROPIC_VERSION } from './api-version.js';
import { AnthropicAnswerDecoder, AnthropicStreamDecoder, decodeAnthropicList } from './decode.js';
import { encodeAnthropicChat } from './encode.js';

const paths: Partial<Record<WireOperation, string>> = {
	'anthropic/messages': '/messages',
	'anthropic/count_tokens': '/messages/count_tokens',
};

/** The most that one page of the list holds: more models than any upstream has. */
const LIST_PATH = '/models?limit=1000';

/** Anthropic and everything that speaks its protocol. */
export class AnthropicAdapter extends ProviderAdapter {
	readonly protocol = 'anthropic';
	readonly chat = 'anthropic/messages';
	readonly embeddings = undefined;
	readonly answersSeveral = false;
	readonly takesImageUrls = true;

	serves(_: Provider, operation: WireOperation): boolean {
		return paths[operation] !== undefined;
	}
	request(
		provider: Provider,
		operation: WireOperation,
		body: Buffer,
		forwarded: ForwardedHeaders = {},
	): UpstreamRequest {
		const { path, headers } = baseOf(provider);
		return {
			method: 'POST',
			path: path + (paths[operation] ?? ''),
			headers: { ...headers, ...namedBy(forwarded), 'content-type': 'application/json' },
			body,
		};
	}

	encodeChat(request: ChatRequest, lost: Untranslatable, provider: Provider): Buffer {
		return encodeAnthropicChat(request, lost, versionOf(provider));
	}
	chatDecoder({ isStreamed }: ChatRequest, emit: (event: ChatEvent) => void): ChatDecoder {
		return isStreamed ? new AnthropicStreamDecoder(emit) : new AnthropicAnswerDecoder(emit);
	}
	encodeEmbeddings(): Buffer {
		throw withoutEmbeddings();
	}
	decodeEmbeddings(): EmbeddingAnswer {
		throw withoutEmbeddings();
	}
	listRequest(provider: Provider): UpstreamRequest {
		const { path, headers } = baseOf(provider);
		return { method: 'GET', path: path + LIST_PATH, headers, body: undefined };
	}
	decodeList(body: Buffer): ListedModel[] {
		return decodeAnthropicList(body);
	}
}

const versionOf = ({ settings }: Provider): string => settings.apiVersion ?? DEFAULT_ANTHROPIC_VERSION;

const withoutEmbeddings = (): AppError =>
	new AppError('bug', 'no_embeddings', 'Embeddings are not part of this protocol');

/** What the client says of the protocol holds for the upstream: its body was written for that version. */
function namedBy(forwarded: ForwardedHeaders): Record<string, string> {
	const headers: Record<string, string> = {};
	for (const name of ['anthropic-version', 'anthropic-beta'])
		if (forwarded[name] !== undefined) headers[name] = forwarded[name];
	return headers;
}

interface Base {
	readonly path: string;
	readonly headers: Readonly<Record<string, string>>;
}
const bases = new WeakMap<Provider, Base>();

/** Computed once per provider revision: the hot path only concatenates. */
function baseOf(provider: Provider): Base {
	let base = bases.get(provider);
	if (base === undefined) {
		const path = new URL(provider.baseUrl).pathname.replace(/(?<!\/)\/+$/, '');
		const headers = { accept: 'application/json, text/event-stream', 'anthropic-version': versionOf(provider) };
		base = {
			path: path.endsWith('/v1') ? path : `${path}/v1`,
			headers: Object.freeze({ ...headers, ...credentialOf(provider) }),
		};
		bases.set(provider, base);
	}
	return base;
}

function credentialOf({ credential, settings }: Provider): Record<string, string> {
	if (credential === undefined) return {};
	const header = settings.credentialHeader ?? 'x-api-key';
	return { [header]: header === 'authorization' ? `Bearer ${credential}` : credential };
}
