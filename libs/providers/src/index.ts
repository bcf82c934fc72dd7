export { type Protocol, ProviderAdapter } from './adapter.js';
export {
	type Alias,
	type AliasTarget,
	type Candidate,
	type Plan,
	type Route,
	type RoutingPolicy,
	type StickyBy,
} from './alias.js';
export { OllamaAdapter } from './adapters/ollama/ollama.adapter.js';
export { OpenAiAdapter } from './adapters/openai/openai.adapter.js';
export { openAiUsage } from './adapters/openai/usage.js';
export { ollamaUsage } from './adapters/ollama/decode.js';
export type {
	ChatDecoder,
	ChatEvent,
	ChatMessage,
	ChatRequest,
	EmbeddingAnswer,
	EmbeddingRequest,
	FinishReason,
	ToolCall,
	ToolDefinition,
} from './chat.js';
export { ModelCatalogue, type ProviderState } from './model-catalogue.js';
export type { NewProvider, ProviderRecord } from './persistence/provider.repository.js';
export {
	type Credential,
	type ListedModel,
	type Provider,
	type ProviderKind,
	providerKinds,
	withCredential,
} from './provider.js';
export type { ModelSettings, ProviderSettings } from './provider-settings.js';
export { ProvidersModule } from './providers.module.js';
export { ProvidersService } from './providers.service.js';
export {
	type CallTimeouts,
	Transport,
	type UpstreamCall,
	type UpstreamHandler,
	type UpstreamRequest,
} from './transport.js';
export { Upstreams } from './upstreams.js';
export { base64OfDataUrl } from './wire/images.js';
export { MAX_LINE_BYTES } from './wire/lines.js';
