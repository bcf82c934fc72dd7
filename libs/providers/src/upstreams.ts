import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Config } from '#libs/config';
import { AppError } from '#libs/kernel';
import type { ProviderAdapter } from './adapter.js';
import { adapterOfKind } from './adapters.js';
import { EchoTransport } from './adapters/echo/echo-transport.js';
import { EgressGuard } from './egress/egress-guard.js';
import { ImageFetcher } from './egress/fetch-image.js';
import { HttpTransport } from './egress/http-transport.js';
import { allowedEgress } from './environment-providers.js';
import type { Provider } from './provider.js';
import type { Transport } from './transport.js';

interface Open {
	readonly revision: string;
	readonly transport: Transport;
}

/** How each provider is spoken to and reached. Connections are kept per provider and revision. */
@Injectable()
export class Upstreams implements OnModuleDestroy {
	/** For images that callers name by URL: not even what providers may reach. */
	readonly images: ImageFetcher;
	private readonly guard: EgressGuard;
	private readonly open = new LRUCache<string, Open>({ max: 20_000 });

	constructor(private readonly config: Config) {
		this.guard = new EgressGuard(allowedEgress(config.upstreams));
		this.images = new ImageFetcher(new EgressGuard(config.upstreams.IMAGE_EGRESS_ALLOW));
	}

	/** @throws AppError bug: the directory leaves out what cannot be called. */
	adapterOf({ kind }: Provider): ProviderAdapter {
		const adapter = adapterOfKind(kind);
		if (adapter === undefined) throw new AppError('bug', 'no_adapter', `Nothing speaks with upstreams of kind ${kind}`);
		return adapter;
	}

	/** What can be said without asking DNS. @throws AppError invalid `forbidden_address`, naming the field `baseUrl` */
	demandPermitted(baseUrl: string): void {
		if (this.guard.refusalOf(new URL(baseUrl)) === undefined) return;
		const message = 'names an address or port that may not be reached; an operator can allow it in EGRESS_ALLOW';
		throw new AppError('invalid', 'forbidden_address', `The base URL ${message}`, {
			details: [{ field: 'baseUrl', code: 'not_allowed', message }],
		});
	}

	transportOf(provider: Provider): Transport {
		const known = this.open.get(provider.id);
		if (known?.revision === provider.revision) return known.transport;
		const transport = this.connect(provider);
		this.open.set(provider.id, { revision: provider.revision, transport });
		return transport; // calls under way keep the older one until they end
	}

	/** Connections of their own, for the caller to close: a test must not leave any behind. */
	connect(provider: Provider): Transport {
		if (provider.kind === 'echo') return new EchoTransport();
		const { upstreams } = this.config;
		const { connectTimeoutMs, firstByteTimeoutMs, idleTimeoutMs } = provider.settings;
		return new HttpTransport(new URL(provider.baseUrl), this.guard, {
			connectMs: connectTimeoutMs ?? upstreams.UPSTREAM_CONNECT_TIMEOUT_MS,
			firstByteMs: firstByteTimeoutMs ?? upstreams.UPSTREAM_FIRST_BYTE_TIMEOUT_MS,
			idleMs: idleTimeoutMs ?? upstreams.UPSTREAM_IDLE_TIMEOUT_MS,
		});
	}

	onModuleDestroy(): void {
		this.images.close();
		for (const { transport } of this.open.values()) transport.close();
		this.open.clear();
	}
}
