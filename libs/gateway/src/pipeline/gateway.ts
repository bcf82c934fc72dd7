import { Injectable } from '@nestjs/common';
import { Config } from '#libs/config';
import { CallLedger, type CallStart, type OpenCall } from '#libs/metering';
import { ModelCatalogue, type ProviderAdapter, type Route, Upstreams, type UpstreamRequest } from '#libs/providers';
import type { AnswerContext, AnswerPipe } from '../dialects/dialect.js';
import { type Edit, splice } from '../json/splice.js';
import { CallStages } from './call-stages.js';
import { Exchange } from './exchange.js';
import type { Downstream, InboundCall } from './inbound-call.js';
import { TranslatedChat, TranslatedEmbeddings } from './translated-pipes.js';

/** A request that sets no cap may produce so much, for the reservation. */
const DEFAULT_OUTPUT_CAP = 4_096;

/**
 * The pipeline of every call: route, policies, one script, upstream, pump, ledger. In steady state nothing in it waits but
 * for Redis and the upstream.
 */
@Injectable()
export class Gateway {
	private readonly totalMs: number;

	constructor(
		config: Config,
		private readonly catalogue: ModelCatalogue,
		private readonly upstreams: Upstreams,
		private readonly ledger: CallLedger,
		private readonly stages: CallStages,
	) {
		this.totalMs = config.upstreams.UPSTREAM_TOTAL_TIMEOUT_MS;
	}

	/**
	 * Resolves once the upstream is asked; from then on `down` gets the answer or the error.
	 * @throws AppError for everything that is refused before; nothing was sent to `down` then.
	 */
	async handle(call: InboundCall, down: Downstream): Promise<void> {
		const found = this.catalogue.resolve(call.principal.organizationId, call.alias);
		const [route] = (found instanceof Promise ? await found : found).candidates;
		const waiting = this.stages.policies.before(call, route);
		if (waiting !== undefined) await waiting;
		const adapter = this.upstreams.adapterOf(route.provider);
		const prepared = prepare(call, route, adapter); // before the ledger: what cannot be translated is no call
		const start = startOf(call, route);
		const open = await this.ledger.open(start);
		this.exchange({ call, route, open, prepared, down, inputTokens: start.reservedInputTokens });
	}

	private exchange({ call, route, open, prepared, down, inputTokens }: Ready): void {
		const exchange: Exchange = new Exchange({
			context: prepared.context,
			dialect: call.dialect,
			pipe: prepared.pipe,
			down,
			headers: headersOf(call, route),
			receivedAt: call.receivedAt,
			hardEnd: call.receivedAt + this.totalMs,
			inputTokens,
			onProgress: (pieces) => open.progressed(pieces),
			onOver: (outcome) => {
				this.stages.active.remove(exchange);
				open.settle(outcome);
				this.stages.policies.after(call, route, outcome);
			},
		});
		this.stages.active.add(exchange);
		exchange.start(this.upstreams.transportOf(route.provider), prepared.request);
	}
}

interface Prepared {
	readonly context: AnswerContext;
	readonly request: UpstreamRequest;
	readonly pipe: AnswerPipe;
}

interface Ready {
	readonly call: InboundCall;
	readonly route: Route;
	readonly open: OpenCall;
	readonly prepared: Prepared;
	readonly down: Downstream;
	readonly inputTokens: number;
}

function prepare(call: InboundCall, route: Route, adapter: ProviderAdapter): Prepared {
	const { dialect, operation, scanned } = call;
	const isSame = dialect.protocol === adapter.protocol;
	const context: AnswerContext = {
		requestId: call.requestId,
		alias: call.alias,
		isStreamed: call.isStreamed,
		wantsUsage: operation === 'chat' && dialect.wantsUsage(scanned),
	};
	const body = isSame ? sameProtocolBody(call, route) : translatedBody(call, route, adapter);
	return {
		context,
		request: adapter.request(route.provider, operation, body),
		pipe: pipeOf(call, context, adapter, isSame),
	};
}

function sameProtocolBody(call: InboundCall, route: Route): Buffer {
	const edits: Edit[] = call.operation === 'chat' ? call.dialect.chatEdits(call.scanned) : [];
	const span = call.scanned.spans.get('model');
	if (span !== undefined && route.model !== call.alias) edits.push({ ...span, bytes: JSON.stringify(route.model) });
	return splice(call.body, edits);
}

function translatedBody(call: InboundCall, route: Route, adapter: ProviderAdapter): Buffer {
	if (call.operation === 'embeddings')
		return adapter.encodeEmbeddings(call.dialect.readEmbeddings(call.scanned, route.model));
	return adapter.encodeChat(call.dialect.readChat(call.scanned, route.model));
}

function pipeOf(call: InboundCall, context: AnswerContext, adapter: ProviderAdapter, isSame: boolean): AnswerPipe {
	if (call.operation === 'embeddings')
		return isSame
			? call.dialect.embeddingsPassThrough()
			: new TranslatedEmbeddings(adapter, call.dialect, call.scanned);
	return isSame ? call.dialect.chatPassThrough(context) : new TranslatedChat(adapter, call.dialect, context);
}

function startOf(call: InboundCall, route: Route): CallStart {
	const { principal } = call;
	const { actor } = principal;
	return {
		organizationId: principal.organizationId,
		projectId: principal.projectId,
		userId: actor.kind === 'system' ? undefined : actor.userId,
		keyId: actor.kind === 'key' ? actor.keyId : undefined,
		epochs: principal.epochs,
		requestId: call.requestId,
		dialect: call.dialect.protocol,
		operation: call.operation,
		alias: call.alias,
		providerId: route.provider.id,
		model: route.model,
		isStreamed: call.isStreamed,
		reservedInputTokens: Math.ceil(call.body.length / 3),
		reservedOutputTokens:
			call.operation === 'embeddings' ? 0 : (call.dialect.outputCap(call.scanned) ?? DEFAULT_OUTPUT_CAP),
	};
}

/** Model and provider names come from people and upstreams: only what may stand in a header. */
const headerSafe = (name: string): string => (/^[\x21-\x7e]*$/.test(name) ? name : encodeURIComponent(name));

const headersOf = (call: InboundCall, route: Route): Record<string, string> => ({
	'content-type': call.isStreamed ? call.dialect.streamType : 'application/json; charset=utf-8',
	'cache-control': call.isStreamed ? 'no-cache, no-transform' : 'no-store',
	...(call.isStreamed ? { 'x-accel-buffering': 'no' } : {}),
	'x-parallama-provider': headerSafe(route.provider.name),
	'x-parallama-model': headerSafe(call.alias),
	'x-parallama-attempts': '1',
	'x-parallama-overhead-ms': (performance.now() - call.receivedAt).toFixed(2),
});
