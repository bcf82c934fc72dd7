export { anthropicCountTokens, anthropicMessages } from './dialects/anthropic/anthropic.dialect.js';
export { anthropicErrorType } from './dialects/anthropic/errors.js';
export { type ChatEventLine, chatEvents } from './dialects/events/chat-events.js';
export type { ClientOperation } from './dialects/client-operation.js';
export { ollamaChat, ollamaEmbed, ollamaEmbeddings, ollamaGenerate } from './dialects/ollama/ollama.dialect.js';
export { openAiError } from './dialects/openai/errors.js';
export { openAiChat, openAiCompletions, openAiEmbeddings } from './dialects/openai/openai.dialect.js';
export { estimatedResponseTokens } from './dialects/openai/responses/estimate.js';
export { openAiResponses } from './dialects/openai/responses/responses.dialect.js';
export { rateHeaders } from './dialects/rate-headers.js';
export { GatewayModule } from './gateway.module.js';
export {
	DEFAULT_JSON_LIMITS,
	foldedKeys,
	type JsonLimits,
	refuseLookalikes,
	scanJson,
	type ScannedJson,
	type Span,
} from './json/scan-json.js';
export { type Blob, ModelManagement } from './management/model-management.js';
export { type Verb, verbs } from './management/verb.js';
export { answerModeration, type ModerationAnswer } from './moderation/answer-moderation.js';
export { moderate, type ModerationResult } from './moderation/moderate.js';
export { ActiveCalls } from './pipeline/active-calls.js';
export { CallPolicies } from './pipeline/call-policies.js';
export { Gateway } from './pipeline/gateway.js';
export type { CallInHand, CallPolicy, Downstream, InboundCall } from './pipeline/inbound-call.js';
export { dialectNotAllowed } from './pipeline/model-access.js';
export { type RoutePreview, RoutePreviews } from './routing/route-preview.js';
export type { RouteCandidate } from './routing/router.js';
export { Targets } from './routing/targets.js';
export { type RawCall, readCall } from './pipeline/read-call.js';
export { type TokenCount, TokenCounter } from './pipeline/token-counter.js';
