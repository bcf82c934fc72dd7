import { AppError } from '#libs/kernel';
import {
	type ChatRequest,
	type ProviderAdapter,
	type Route,
	Untranslatable,
	type UpstreamRequest,
	type WireOperation,
} from '#libs/providers';
import type { AnswerContext, AnswerPipe, ClientOperation, Translation } from '../dialects/client-operation.js';
import { type Edit, splice } from '../json/splice.js';
import type { InboundCall } from './inbound-call.js';
import { TranslatedChat, TranslatedEmbeddings } from './translated-pipes.js';

/** A call, ready for one upstream. */
export interface Prepared {
	readonly context: AnswerContext;
	readonly request: UpstreamRequest;
	readonly pipe: AnswerPipe;
	/** What was left out of the request, by the client's names. */
	readonly dropped: readonly string[];
}

/** UTF-8 bytes ÷ 3: never below what a tokenizer counts by much, and free. */
export const estimatedInputTokens = (body: Buffer): number => Math.ceil(body.length / 3);

/**
 * Body and pipe for the upstream of `route`: the original bytes where it serves the very operation, else a translation.
 * @throws AppError invalid for what cannot be translated: nothing was sent then
 */
export function prepare(call: InboundCall, route: Route, adapter: ProviderAdapter, mayDrop: boolean): Prepared {
	const { operation, scanned } = call;
	const context: AnswerContext = {
		requestId: call.requestId,
		alias: call.alias,
		isStreamed: call.isStreamed,
		wantsUsage: operation.wantsUsage(scanned),
		inputTokens: estimatedInputTokens(call.body),
		scanned,
	};
	const send = (wire: WireOperation, body: Buffer): UpstreamRequest =>
		adapter.request(route.provider, wire, body, call.forwarded);
	if (adapter.serves(route.provider, operation.wire))
		return {
			context,
			request: send(operation.wire, nativeBody(call, route)),
			pipe: operation.native.pipe(context),
			dropped: NOTHING,
		};
	const translation = translationOf(operation);
	if (translation.kind === 'embeddings') {
		if (adapter.embeddings === undefined) throw unserved(operation);
		return {
			context,
			request: send(adapter.embeddings, adapter.encodeEmbeddings(translation.read(scanned, route.model))),
			pipe: new TranslatedEmbeddings(adapter, (answer) => translation.render(answer, scanned)),
			dropped: NOTHING,
		};
	}
	const lost = new Untranslatable(mayDrop);
	const request: ChatRequest = translation.read(scanned, route.model, lost);
	return {
		context,
		request: send(adapter.chat, adapter.encodeChat(request, lost, route.provider)),
		pipe: new TranslatedChat(adapter, request, translation.renderer(context), context.inputTokens),
		dropped: lost.names,
	};
}

const NOTHING: readonly string[] = Object.freeze([]);

function nativeBody(call: InboundCall, route: Route): Buffer {
	const edits: Edit[] = call.operation.native.edits(call.scanned);
	const span = call.scanned.spans.get('model');
	if (span !== undefined && route.model !== call.alias) edits.push({ ...span, bytes: JSON.stringify(route.model) });
	return splice(call.body, edits);
}

function translationOf(operation: ClientOperation): Translation {
	if (operation.translation === undefined) throw unserved(operation);
	return operation.translation;
}

const unserved = ({ name }: ClientOperation): AppError =>
	new AppError('invalid', 'unsupported_operation', `The upstream of this model does not serve ${name}`, {
		param: 'model',
	});
