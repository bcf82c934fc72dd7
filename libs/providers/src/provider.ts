/** Kinds of upstreams that can be served. */
export const providerKinds = ['ollama', 'openai', 'openai-compatible', 'echo'] as const;
export type ProviderKind = (typeof providerKinds)[number];

/** One upstream connection, frozen, with its opened credential: never logged, never answered. */
export interface Provider {
	readonly organizationId: string;
	readonly id: string;
	readonly name: string;
	readonly kind: ProviderKind;
	/** Without a trailing slash; for OpenAI's protocol it ends in `/v1` where the upstream's does. */
	readonly baseUrl: string;
	readonly credential: string | undefined;
	readonly isShared: boolean;
	/** Changes with every change of URL or credential: pools and caches are kept per revision. */
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

/** Where a call goes. */
export interface Route {
	readonly provider: Provider;
	/** The upstream's name of the model. */
	readonly model: string;
}
