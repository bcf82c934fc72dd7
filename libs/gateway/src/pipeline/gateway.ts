import { Injectable } from '@nestjs/common';
import { Config } from '#libs/config';
import { CallLedger, type CallStart, type OpenCall } from '#libs/metering';
import { ModelCatalogue, type Route, Upstreams } from '#libs/providers';
import { CallStages } from './call-stages.js';
import { Exchange } from './exchange.js';
import type { Downstream, InboundCall } from './inbound-call.js';
import { estimatedInputTokens, prepare, type Prepared } from './prepare.js';

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
		const prepared = prepare(call, route, adapter, false); // before the ledger: what cannot be translated is no call
		const start = startOf(call, route);
		const open = await this.ledger.open(start);
		this.exchange({ call, route, open, prepared, down, inputTokens: start.reservedInputTokens });
	}

	private exchange({ call, route, open, prepared, down, inputTokens }: Ready): void {
		const exchange: Exchange = new Exchange({
			context: prepared.context,
			operation: call.operation,
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

interface Ready {
	readonly call: InboundCall;
	readonly route: Route;
	readonly open: OpenCall;
	readonly prepared: Prepared;
	readonly down: Downstream;
	readonly inputTokens: number;
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
		dialect: call.operation.dialect,
		operation: call.operation.name,
		alias: call.alias,
		providerId: route.provider.id,
		model: route.model,
		isStreamed: call.isStreamed,
		reservedInputTokens: estimatedInputTokens(call.body),
		reservedOutputTokens: call.operation.outputCap(call.scanned) ?? DEFAULT_OUTPUT_CAP,
	};
}

/** Model and provider names come from people and upstreams: only what may stand in a header. */
const headerSafe = (name: string): string => (/^[\x21-\x7e]*$/.test(name) ? name : encodeURIComponent(name));

const headersOf = (call: InboundCall, route: Route): Record<string, string> => ({
	'content-type': call.isStreamed ? call.operation.streamType : 'application/json; charset=utf-8',
	'cache-control': call.isStreamed ? 'no-cache, no-transform' : 'no-store',
	...(call.isStreamed ? { 'x-accel-buffering': 'no' } : {}),
	'x-parallama-provider': headerSafe(route.provider.name),
	'x-parallama-model': headerSafe(call.alias),
	'x-parallama-attempts': '1',
	'x-parallama-overhead-ms': (performance.now() - call.receivedAt).toFixed(2),
});
