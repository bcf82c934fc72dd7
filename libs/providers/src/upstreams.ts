import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Config } from '#libs/config';
import type { ProviderAdapter } from './adapter.js';
import { EchoTransport } from './adapters/echo/echo-transport.js';
import { OllamaAdapter } from './adapters/ollama/ollama.adapter.js';
import { OpenAiAdapter } from './adapters/openai/openai.adapter.js';
import { EgressGuard } from './egress/egress-guard.js';
import { HttpTransport } from './egress/http-transport.js';
import { allowedEgress } from './environment-providers.js';
import type { Provider, ProviderKind } from './provider.js';
import type { Transport } from './transport.js';

const openai = new OpenAiAdapter();
const adapters: Readonly<Record<ProviderKind, ProviderAdapter>> = {
	ollama: new OllamaAdapter(),
	openai,
	'openai-compatible': openai,
	echo: openai,
};

interface Open {
	readonly revision: string;
	readonly transport: Transport;
}

/** How each provider is spoken to and reached. Connections are kept per provider and revision. */
@Injectable()
export class Upstreams implements OnModuleDestroy {
	private readonly guard: EgressGuard;
	private readonly open = new Map<string, Open>();

	constructor(private readonly config: Config) {
		this.guard = new EgressGuard(allowedEgress(config.upstreams));
	}

	adapterOf(provider: Provider): ProviderAdapter {
		return adapters[provider.kind];
	}

	transportOf(provider: Provider): Transport {
		const known = this.open.get(provider.id);
		if (known?.revision === provider.revision) return known.transport;
		const transport = this.connect(provider);
		this.open.set(provider.id, { revision: provider.revision, transport });
		return transport; // calls under way keep the older one until they end
	}

	private connect(provider: Provider): Transport {
		if (provider.kind === 'echo') return new EchoTransport();
		const { upstreams } = this.config;
		return new HttpTransport(new URL(provider.baseUrl), this.guard, {
			connectMs: upstreams.UPSTREAM_CONNECT_TIMEOUT_MS,
			firstByteMs: upstreams.UPSTREAM_FIRST_BYTE_TIMEOUT_MS,
			idleMs: upstreams.UPSTREAM_IDLE_TIMEOUT_MS,
		});
	}

	onModuleDestroy(): void {
		for (const { transport } of this.open.values()) transport.close();
		this.open.clear();
	}
}
