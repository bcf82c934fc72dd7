export { type ForwardedHeaders, ProviderAdapter } from './adapter.js';
export {
	type Alias,
	type AliasTarget,
	type Candidate,
	type Plan,
	type Route,
	routingPolicies,
	type RoutingPolicy,
	type StickyBy,
	stickyKeys,
} from './alias.js';
export type { AliasChange, NewAlias } from './alias-rules.js';
export { AliasesService } from './aliases.service.js';
export { AnthropicAdapter } from './adapters/anthropic/anthropic.adapter.js';
export { forbidsSampling } from './adapters/anthropic/api-version.js';
export { anthropicUsage } from './adapters/anthropic/usage.js';
export { OllamaAdapter } from './adapters/ollama/ollama.adapter.js';
export { OpenAiAdapter } from './adapters/openai/openai.adapter.js';
export { tellsUsageContinuously } from './adapters/openai/continuous-usage.js';
export { openAiResponsesUsage, openAiUsage } from './adapters/openai/usage.js';
export { ollamaUsage } from './adapters/ollama/decode.js';
export {
	type CacheHint,
	type ChatDecoder,
	type ChatEvent,
	type ChatFormat,
	type ChatMessage,
	type ChatRequest,
	type ContentPart,
	type EmbeddingAnswer,
	type EmbeddingRequest,
	type FinishReason,
	NO_WISHES,
	type ReasoningPart,
	textMessage,
	textOf,
	toolAnswerText,
	type TokenLogprob,
	type ToolCall,
	type ToolChoice,
	type ToolDefinition,
} from './chat.js';
export { hasImageUrls, type ImageFetcher, resolveImages } from './egress/fetch-image.js';
export { type AliasEntry, type CatalogueEntry, type ModelEntry, permitted } from './catalogue-entry.js';
export { sealedCredentials } from './credential-context.js';
export { ConnectionTest, type ConnectionTestResult, connectionTestCodes } from './connection-test.js';
export { CredentialsService } from './credentials.service.js';
export { fetchUpstream } from './fetch-upstream.js';
export type { ProviderState } from './listings.js';
export { ModelCatalogue, modelNotFound } from './model-catalogue.js';
export { capabilities, type Capability, type ModelFacts } from './model-facts.js';
export type { AliasRecord } from './persistence/alias.repository.js';
export type { CredentialChange, CredentialRecord, NewCredential } from './persistence/credential.repository.js';
export type { ProviderRecord } from './persistence/provider.repository.js';
export type { NewProvider, ProviderChange } from './provider-change.js';
export {
	type Credential,
	type ListedModel,
	type Provider,
	type ProviderKind,
	providerKinds,
	withCredential,
} from './provider.js';
export { type Protocol, protocols, type WireOperation } from './operation.js';
export {
	DEFAULT_SETTINGS,
	type ModelSettings,
	type ProviderSettings,
	ProviderSettingsInput,
} from './provider-settings.js';
export { ProvidersModule } from './providers.module.js';
export { ProvidersService } from './providers.service.js';
export {
	type CallTimeouts,
	Transport,
	type UpstreamCall,
	type UpstreamHandler,
	type UpstreamRequest,
} from './transport.js';
export { Untranslatable } from './untranslatable.js';
export { Upstreams } from './upstreams.js';
export { vendorOf } from './vendor.js';
export { argumentsObject } from './wire/arguments.js';
export { base64OfDataUrl, dataUrlParts } from './wire/images.js';
export { MAX_LINE_BYTES, record } from './wire/lines.js';
