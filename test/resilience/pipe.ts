import type { Principal } from '#libs/access';
import {
	AnthropicAdapter,
	type Candidate,
	DEFAULT_SETTINGS,
	type ImageFetcher,
	OllamaAdapter,
	OpenAiAdapter,
	type Provider,
	type ProviderAdapter,
} from '#libs/providers';
import type { AnswerPipe, ClientOperation } from '../../libs/gateway/src/dialects/client-operation.js';
import { anthropicMessages } from '../../libs/gateway/src/dialects/anthropic/anthropic.dialect.js';
import { ollamaChat } from '../../libs/gateway/src/dialects/ollama/ollama.dialect.js';
import { openAiChat } from '../../libs/gateway/src/dialects/openai/openai.dialect.js';
import { contextOf, prepare, type Prepared } from '../../libs/gateway/src/pipeline/prepare.js';
import { readCall } from '../../libs/gateway/src/pipeline/read-call.js';
import type { Target } from '../../libs/gateway/src/routing/target.js';
import type { Dialect } from '../conformance/clients/client.js';
import { wires } from './wire.js';

const operations: Record<Dialect, ClientOperation> = {
	openai: openAiChat,
	anthropic: anthropicMessages,
	ollama: ollamaChat,
};
const adapters: Record<Dialect, ProviderAdapter> = {
	openai: new OpenAiAdapter(),
	anthropic: new AnthropicAdapter(),
	ollama: new OllamaAdapter(),
};

const providerOf = (protocol: Dialect): Provider => ({
	organizationId: 'o',
	id: 'p',
	name: 'p',
	kind: protocol === 'openai' ? 'openai-compatible' : protocol,
	baseUrl: 'http://upstream',
	credentials: [],
	credential: undefined,
	settings: DEFAULT_SETTINGS,
	isShared: false,
	revision: '1',
});

/** What stands between the bytes of an upstream and those of a client in a streamed chat, without a network. */
export function upstreamPipe(dialect: Dialect, protocol: Dialect): AnswerPipe {
	const call = readCall({
		principal: {} as Principal,
		requestId: '0190-r',
		operation: operations[dialect],
		forwarded: { 'anthropic-version': '2023-06-01' },
		body: Buffer.from(JSON.stringify(wires[dialect].body('m', 'x', true))),
		receivedAt: 0,
	});
	const candidate: Candidate = { provider: providerOf(protocol), model: 'm', weight: 1, priority: 0 };
	const target = { candidate, provider: candidate.provider, model: 'm', adapter: adapters[protocol] } as Target;
	const options = { context: contextOf(call), mayDrop: () => false, images: {} as ImageFetcher };
	return (prepare(call, target, options) as Prepared).pipe;
}
