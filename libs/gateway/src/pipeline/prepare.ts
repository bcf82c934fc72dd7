import { AppError } from '#libs/kernel';
import {
	type CallTimeouts,
	type ChatRequest,
	hasImageUrls,
	type ImageFetcher,
	resolveImages,
	Untranslatable,
	tellsUsageContinuously,
	type UpstreamRequest,
	type WireOperation,
} from '#libs/providers';
import type {
	AnswerContext,
	AnswerPipe,
	ChatRenderer,
	ClientOperation,
	Translation,
	UpstreamTraits,
} from '../dialects/client-operation.js';
import { type Edit, splice } from '../json/splice.js';
import type { Target } from '../routing/target.js';
import type { InboundCall } from './inbound-call.js';
import { TranslatedChat, TranslatedEmbeddings } from './translated-pipes.js';

/** A call, ready for one upstream. */
export interface Prepared {
	/** More than one where the upstream gives one choice at a time and several were asked for. */
	readonly requests: readonly UpstreamRequest[];
	readonly pipe: AnswerPipe;
	/** What was left out of the request, by the client's names. */
	readonly dropped: readonly string[];
}

/** UTF-8 bytes ÷ 3: never below what a tokenizer counts by much, and free. */
export const estimatedInputTokens = (body: Buffer): number => Math.ceil(body.length / 3);

export const contextOf = (call: InboundCall): AnswerContext => ({
	requestId: call.requestId,
	alias: call.alias,
	isStreamed: call.isStreamed,
	wantsUsage: call.operation.wantsUsage(call.scanned),
	inputTokens: estimatedInputTokens(call.body),
	scanned: call.scanned,
});

export interface PrepareOptions {
	readonly context: AnswerContext;
	/** What cannot be translated may be left out. */
	readonly mayDrop: () => boolean;
	readonly images: ImageFetcher;
}

/**
 * Body and pipe for the upstream of `target`: the original bytes where it serves the very operation, else a translation.
 * Waits only for images that have to be fetched.
 * @throws AppError invalid for what cannot be translated: nothing was sent then
 */
export function prepare(
	call: InboundCall,
	target: Target,
	{ context, mayDrop, images }: PrepareOptions,
): Prepared | Promise<Prepared> {
	const { operation } = call;
	const { adapter, provider } = target;
	if (adapter.serves(provider, operation.wire))
		return {
			requests: [requestOf(call, target, operation.wire, nativeBody(call, target))],
			pipe: operation.native.pipe(context, traitsOf(target)),
			dropped: NOTHING,
		};
	const translation = translationOf(operation);
	if (translation.kind === 'embeddings') return translatedEmbeddings(call, target, translation);
	const lost = new Untranslatable(mayDrop());
	const request = withTraits(translation.read(call.scanned, target.model, lost), target);
	const ready = (asked: ChatRequest): Prepared =>
		translatedChat(call, target, { request: asked, lost, renderer: translation.renderer(context), context });
	if (adapter.takesImageUrls || !hasImageUrls(request)) return ready(request);
	return resolveImages(request, images).then(ready);
}

const NOTHING: readonly string[] = Object.freeze([]);

function requestOf(call: InboundCall, target: Target, wire: WireOperation, body: Buffer): UpstreamRequest {
	const request = target.adapter.request(target.provider, wire, body, call.forwarded);
	const timeouts = timeoutsOf(target);
	return timeouts === undefined ? request : { ...request, timeouts };
}

/** Other than the provider's own, which its connections know. */
function timeoutsOf({ provider, model }: Target): CallTimeouts | undefined {
	const own = provider.settings.models[model];
	if (own === undefined) return undefined;
	return { firstByteMs: own.firstByteTimeoutMs ?? undefined, idleMs: own.idleTimeoutMs ?? undefined };
}

/** How long Ollama keeps the model after the call, where that was set for the provider or the model. */
const keepAliveOf = ({ provider: { settings }, model }: Target): string | undefined =>
	settings.models[model]?.keepAlive ?? settings.keepAlive ?? undefined;

const CONTINUOUS: UpstreamTraits = Object.freeze({ tellsUsageContinuously: true });
const USUAL: UpstreamTraits = Object.freeze({ tellsUsageContinuously: false });
const traitsOf = ({ candidate }: Target): UpstreamTraits => (tellsUsageContinuously(candidate) ? CONTINUOUS : USUAL);

function nativeBody(call: InboundCall, target: Target): Buffer {
	const { scanned, operation } = call;
	const edits: Edit[] = operation.native.edits(scanned, traitsOf(target));
	const span = scanned.spans.get('model');
	if (span !== undefined && target.model !== call.alias) edits.push({ ...span, bytes: JSON.stringify(target.model) });
	const keepAlive = operation.dialect === 'ollama' ? keepAliveOf(target) : undefined;
	if (keepAlive !== undefined && span !== undefined && !scanned.spans.has('keep_alive'))
		edits.push({ start: span.end, end: span.end, bytes: `,"keep_alive":${JSON.stringify(keepAlive)}` });
	return splice(call.body, edits);
}

function translatedEmbeddings(
	call: InboundCall,
	target: Target,
	translation: Extract<Translation, { kind: 'embeddings' }>,
): Prepared {
	const { adapter } = target;
	if (adapter.embeddings === undefined) throw unserved(call.operation);
	const body = adapter.encodeEmbeddings(translation.read(call.scanned, target.model));
	return {
		requests: [requestOf(call, target, adapter.embeddings, body)],
		pipe: new TranslatedEmbeddings(adapter, (answer) => translation.render(answer, call.scanned)),
		dropped: NOTHING,
	};
}

/** With what is known of the upstream and set for it. */
const withTraits = (request: ChatRequest, target: Target): ChatRequest => ({
	...request,
	keepAlive: request.keepAlive ?? keepAliveOf(target),
	continuousUsage: traitsOf(target).tellsUsageContinuously,
});

interface ChatTranslation {
	readonly context: AnswerContext;
	readonly request: ChatRequest;
	readonly lost: Untranslatable;
	readonly renderer: ChatRenderer;
}

function translatedChat(
	call: InboundCall,
	target: Target,
	{ request, lost, renderer, context }: ChatTranslation,
): Prepared {
	const { adapter } = target;
	const sources = adapter.answersSeveral ? 1 : request.n;
	const asked = sources === 1 ? request : { ...request, n: 1 };
	const body = adapter.encodeChat(asked, lost, target.provider);
	return {
		requests: Array.from({ length: sources }, () => requestOf(call, target, adapter.chat, body)),
		pipe: new TranslatedChat(adapter, asked, renderer, { sources, inputTokens: context.inputTokens }),
		dropped: lost.names,
	};
}

function translationOf(operation: ClientOperation): Translation {
	if (operation.translation === undefined) throw unserved(operation);
	return operation.translation;
}

const unserved = ({ name }: ClientOperation): AppError =>
	new AppError('invalid', 'unsupported_operation', `The upstream of this model does not serve ${name}`, {
		param: 'model',
	});
