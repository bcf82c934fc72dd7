import { Injectable } from '@nestjs/common';
import { AppError, type Fault } from '#libs/kernel';
import { fetchUpstream, type Route, Upstreams } from '#libs/providers';
import { estimatedTokens } from '../dialects/anthropic/estimate.js';
import { splice } from '../json/splice.js';
import { Gateway } from './gateway.js';
import type { InboundCall } from './inbound-call.js';
import { errorOfUpstream } from './upstream-error.js';

const LIMIT_MS = 30_000;

export interface TokenCount {
	readonly tokens: number;
	/** Ours, not the model's. */
	readonly isEstimate: boolean;
}

/** The request's own faults: an estimate would hide them. */
const faultsOfRequest: ReadonlySet<Fault> = new Set(['invalid', 'missing', 'too_large']);

/**
 * How many tokens a prompt has: by the upstream's word where it counts, else estimated, and also when it cannot be asked
 * right now, since agents plan by this. Nothing is generated, so the ledger has no row of it.
 */
@Injectable()
export class TokenCounter {
	constructor(
		private readonly gateway: Gateway,
		private readonly upstreams: Upstreams,
	) {}

	/** @throws AppError missing `model_not_found`; denied; invalid when the upstream calls the prompt wrong */
	async count(call: InboundCall): Promise<TokenCount> {
		const { candidates } = await this.gateway.planOf(call);
		const route = candidates.find(({ provider }) =>
			this.upstreams.adapterOf(provider).serves(provider, call.operation.wire),
		);
		if (route === undefined) return estimateOf(call);
		try {
			return countIn(await this.ask(call, route));
		} catch (error) {
			if (error instanceof AppError && faultsOfRequest.has(error.fault)) throw error;
			return estimateOf(call);
		}
	}

	private ask(call: InboundCall, { provider, model }: Route): Promise<Buffer> {
		const { scanned, operation } = call;
		const span = scanned.spans.get('model');
		const edits = operation.native.edits(scanned);
		if (span !== undefined && model !== call.alias) edits.push({ ...span, bytes: JSON.stringify(model) });
		const request = this.upstreams
			.adapterOf(provider)
			.request(provider, operation.wire, splice(call.body, edits), call.forwarded);
		return fetchUpstream(this.upstreams.transportOf(provider), request, LIMIT_MS, errorOfUpstream);
	}
}

const estimateOf = ({ scanned }: InboundCall): TokenCount => ({
	tokens: estimatedTokens(scanned.value),
	isEstimate: true,
});

function countIn(body: Buffer): TokenCount {
	const tokens = (JSON.parse(body.toString('utf8')) as { input_tokens?: unknown }).input_tokens;
	if (typeof tokens !== 'number') throw new AppError('upstream', 'upstream_garbage', 'The upstream counted nothing');
	return { tokens, isEstimate: false };
}
