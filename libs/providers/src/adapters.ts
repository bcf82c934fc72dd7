import type { ProviderAdapter } from './adapter.js';
import { AnthropicAdapter } from './adapters/anthropic/anthropic.adapter.js';
import { OllamaAdapter } from './adapters/ollama/ollama.adapter.js';
import { OpenAiAdapter } from './adapters/openai/openai.adapter.js';
import type { ProviderKind } from './provider.js';

const openai = new OpenAiAdapter();

/** One instance per protocol. A kind without one cannot be called, nor made. */
const adapters: Readonly<Partial<Record<ProviderKind, ProviderAdapter>>> = {
	ollama: new OllamaAdapter(),
	openai,
	'openai-compatible': openai,
	anthropic: new AnthropicAdapter(),
	echo: openai,
};

export const adapterOfKind = (kind: ProviderKind): ProviderAdapter | undefined => adapters[kind];
