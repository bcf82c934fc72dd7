import type { Provider } from './provider.js';

/** How a call chooses among the targets of an alias. */
export const routingPolicies = ['weighted', 'priority', 'least_in_flight', 'lowest_latency', 'sticky'] as const;
export type RoutingPolicy = (typeof routingPolicies)[number];

/** What keeps a caller at one target. */
export const stickyKeys = ['conversation', 'prompt_cache_key'] as const;
export type StickyBy = (typeof stickyKeys)[number];

/** One model of one provider that an alias stands for. */
export interface AliasTarget {
	readonly providerId: string;
	/** The upstream's name of the model. */
	readonly model: string;
	/** Share of the calls under `weighted`, against the sum of all; 0 takes none. */
	readonly weight: number;
	/** The lowest is tried first under `priority`. */
	readonly priority: number;
}

/** A public name for one or more models, frozen. */
export interface Alias {
	readonly organizationId: string;
	readonly id: string;
	readonly name: string;
	readonly policy: RoutingPolicy;
	/** Set exactly under `sticky`. */
	readonly stickyBy: StickyBy | undefined;
	/** Output tokens that are reserved for a request without a cap of its own. */
	readonly defaultOutputCap: number | undefined;
	/** Whether parameters that a target's protocol lacks may be left out, and named to the caller. */
	readonly allowsDroppedParams: boolean;
	readonly isShared: boolean;
	readonly createdAt: Date;
	/** In configured order. */
	readonly targets: readonly AliasTarget[];
	/** Changes with every change. */
	readonly revision: string;
}

/** Where a call may go. */
export interface Route {
	readonly provider: Provider;
	/** The upstream's name of the model. */
	readonly model: string;
}

/** A route with its share and rank; see `AliasTarget`. */
export interface Candidate extends Route {
	/** Who made the model, as the upstream lists it; `undefined`: it is not listed. */
	readonly owner?: string | undefined;
	readonly weight: number;
	readonly priority: number;
}

/** What a name means for an organization: frozen, and the same object as long as nothing changes. */
export interface Plan {
	/** `undefined`: the name is a model's own. */
	readonly alias: Alias | undefined;
	readonly policy: RoutingPolicy;
	/** At least one, in configured order. */
	readonly candidates: readonly [Candidate, ...Candidate[]];
}
