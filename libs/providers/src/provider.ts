import type { ProviderSettings } from './provider-settings.js';

/** Kinds of upstreams. */
export const providerKinds = ['ollama', 'openai', 'openai-compatible', 'anthropic', 'echo'] as const;
export type ProviderKind = (typeof providerKinds)[number];

/** Opened: never logged, never answered. */
export interface Credential {
	readonly id: string;
	readonly secret: string;
}

/** One upstream connection, frozen, with its opened credentials: never logged, never answered. */
export interface Provider {
	readonly organizationId: string;
	readonly id: string;
	readonly name: string;
	readonly kind: ProviderKind;
	/** Without a trailing slash; for OpenAI's protocol it ends in `/v1` where the upstream's does. */
	readonly baseUrl: string;
	/** Enabled ones, the first to be tried first. */
	readonly credentials: readonly Credential[];
	/** The secret that this value sends: of the first credential, unless `withCredential` chose another. */
	readonly credential: string | undefined;
	readonly settings: ProviderSettings;
	readonly isShared: boolean;
	/** Changes with every change of the provider or its credentials: pools and caches are kept per revision. */
	readonly revision: string;
}

/** A model as an upstream lists it. */
export interface ListedModel {
	readonly id: string;
	/** Seconds since 1970; 0 when the upstream does not say. */
	readonly created: number;
	readonly owner: string;
	/** The upstream's own description, passed on to clients of the same protocol. */
	readonly raw: Readonly<Record<string, unknown>>;
}

const variants = new WeakMap<Provider, Map<string, Provider>>();

/** The same connection, sending another of its credentials. The same object each time. */
export function withCredential(provider: Provider, { id, secret }: Credential): Provider {
	if (provider.credential === secret) return provider;
	let known = variants.get(provider);
	if (known === undefined) variants.set(provider, (known = new Map()));
	let variant = known.get(id);
	if (variant === undefined) known.set(id, (variant = Object.freeze({ ...provider, credential: secret })));
	return variant;
}
