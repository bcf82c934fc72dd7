import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '#libs/kernel';
import { type Candidate, fetchUpstream, type Provider, Upstreams } from '#libs/providers';

const FRESH_MS = 2_000;
const KNOWN_MS = 30_000; // older answers say nothing
const LIMIT_MS = 2_000;

/** `:latest` may be left out. */
const untagged = (model: string): string => model.replace(/:latest$/, '');

interface Known {
	models: ReadonlySet<string>;
	answeredAt: number;
	askedAt: number;
}

/**
 * Which models the nodes have in memory. Asked for at most every two seconds and node, never waited for: a call goes by
 * what was said last.
 */
@Injectable()
export class LoadedModels {
	private readonly known = new LRUCache<string, Known>({ max: 10_000 });

	constructor(
		private readonly clock: Clock,
		private readonly upstreams: Upstreams,
	) {}

	/** `undefined`: not known, or the upstream does not say. */
	has({ provider, model }: Candidate): boolean | undefined {
		const request = this.upstreams.adapterOf(provider).loadedRequest(provider);
		if (request === undefined) return undefined;
		const now = this.clock.monotonic();
		let known = this.known.get(provider.id);
		if (known === undefined) {
			known = { models: new Set(), answeredAt: Number.NEGATIVE_INFINITY, askedAt: Number.NEGATIVE_INFINITY };
			this.known.set(provider.id, known);
		}
		if (now - known.askedAt > FRESH_MS) void this.ask(provider, known);
		return now - known.answeredAt > KNOWN_MS ? undefined : known.models.has(untagged(model));
	}

	private async ask(provider: Provider, known: Known): Promise<void> {
		known.askedAt = this.clock.monotonic();
		const adapter = this.upstreams.adapterOf(provider);
		const request = adapter.loadedRequest(provider);
		if (request === undefined) return;
		try {
			const body = await fetchUpstream(this.upstreams.transportOf(provider), request, LIMIT_MS);
			known.models = new Set(adapter.decodeLoaded(body).map(untagged));
			known.answeredAt = this.clock.monotonic();
		} catch {
			// its breaker finds out; what was known holds for a while
		}
	}
}
