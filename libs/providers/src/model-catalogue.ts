import { Injectable, Logger } from '@nestjs/common';
import { AppError } from '#libs/kernel';
import type { Alias, Plan } from './alias.js';
import { AliasDirectory } from './alias-directory.js';
import { fetchUpstream } from './fetch-upstream.js';
import { compilePlans, type Plans } from './plans.js';
import type { ListedModel, Provider } from './provider.js';
import { ProviderDirectory } from './provider-directory.js';
import { Upstreams } from './upstreams.js';

const FRESH_MS = 60_000;
const RETRY_MS = 2_000; // after a failure
const LIST_LIMIT_MS = 5_000;

/** What one provider said of itself last. */
interface Listing {
	readonly revision: string;
	models: readonly ListedModel[];
	askedAt: number;
	isUp: boolean;
	latencyMs: number | undefined;
	error: string | undefined;
	running: Promise<void> | undefined;
}

export interface ProviderState {
	readonly provider: Provider;
	readonly isUp: boolean;
	readonly latencyMs: number | undefined;
	readonly error: string | undefined;
	readonly models: readonly ListedModel[];
}

/** The names an organization can call, compiled for look-up; rebuilt when a listing, the providers or the aliases changed. */
interface Names {
	readonly providers: readonly Provider[];
	readonly aliases: readonly Alias[];
	readonly version: number;
	readonly plans: Plans;
}

/**
 * Which models there are and where. Lists are asked for once a minute at most, by one request at a time, and served stale
 * meanwhile; a call to a known model never waits for a list.
 */
@Injectable()
export class ModelCatalogue {
	private readonly logger = new Logger('Models');
	private readonly listings = new Map<string, Listing>();
	private readonly names = new Map<string, Names>();
	private version = 0;

	constructor(
		private readonly directory: ProviderDirectory,
		private readonly aliases: AliasDirectory,
		private readonly upstreams: Upstreams,
	) {}

	/**
	 * Where a call to `name` may go; at once when it is known, and the same object as long as nothing changes. A name is an
	 * alias of the organization, a shared alias, a model, or `provider/model`: the first that fits.
	 * @throws AppError missing `model_not_found`, or unavailable: a provider that may have it does not answer, or an alias has
	 * no target that can be called
	 */
	resolve(organizationId: string, name: string): Plan | Promise<Plan> {
		const providers = this.directory.providersOf(organizationId);
		const aliases = this.aliases.aliasesOf(organizationId);
		if (providers instanceof Promise || aliases instanceof Promise) return this.resolveSlowly(organizationId, name);
		const known = this.compiled(organizationId, providers, aliases).find(name);
		if (known === undefined) return this.resolveSlowly(organizationId, name);
		for (const { provider } of known.candidates) this.refreshIfOld(provider);
		return known;
	}

	/** Every model of every provider, as listed last; asks first where nothing is known yet. */
	async states(organizationId: string): Promise<ProviderState[]> {
		const providers = await this.directory.providersOf(organizationId);
		for (const provider of providers) this.refreshIfOld(provider);
		await Promise.all(
			providers.filter((provider) => this.isUnknown(provider)).map((provider) => this.refresh(provider)),
		);
		return providers.map((provider) => {
			const { isUp, latencyMs, error, models } = this.listingOf(provider);
			return { provider, isUp, latencyMs, error, models };
		});
	}

	/** Asks a provider again whose models have changed; never rejects. */
	async renew(provider: Provider): Promise<void> {
		await this.listingOf(provider).running;
		await this.refresh(provider);
	}

	private async resolveSlowly(organizationId: string, name: string): Promise<Plan> {
		const [providers, aliases] = await Promise.all([
			this.directory.providersOf(organizationId),
			this.aliases.aliasesOf(organizationId),
		]);
		const atOnce = this.compiled(organizationId, providers, aliases).find(name);
		if (atOnce !== undefined) return atOnce;
		await Promise.all(providers.filter((provider) => this.mayAsk(provider)).map((provider) => this.refresh(provider)));
		const known = this.compiled(organizationId, providers, aliases).find(name);
		if (known !== undefined) return known;
		throw this.unknown(name, providers);
	}

	private unknown(name: string, providers: readonly Provider[]): AppError {
		const away = providers.filter((provider) => !this.listingOf(provider).isUp);
		if (away.length > 0)
			return new AppError(
				'unavailable',
				'upstream_unreachable',
				`The model ${quoted(name)} is not known, and ${away.map((p) => p.name).join(', ')} cannot be asked for it now`,
				{ retryAfterMs: RETRY_MS, param: 'model' },
			);
		return modelNotFound(name);
	}

	private compiled(organizationId: string, providers: readonly Provider[], aliases: readonly Alias[]): Plans {
		const current = this.names.get(organizationId);
		if (current?.providers === providers && current.aliases === aliases && current.version === this.version)
			return current.plans;
		const plans = compilePlans(providers, aliases, (provider) => this.listingOf(provider).models);
		this.names.set(organizationId, { providers, aliases, version: this.version, plans });
		return plans;
	}

	private listingOf(provider: Provider): Listing {
		let listing = this.listings.get(provider.id);
		if (listing?.revision !== provider.revision) {
			listing = {
				revision: provider.revision,
				models: [],
				askedAt: Number.NEGATIVE_INFINITY,
				isUp: false,
				latencyMs: undefined,
				error: undefined,
				running: undefined,
			};
			this.listings.set(provider.id, listing);
		}
		return listing;
	}

	private isUnknown(provider: Provider): boolean {
		return this.mayAsk(provider) && !this.listingOf(provider).isUp;
	}

	private mayAsk(provider: Provider): boolean {
		const { askedAt, running } = this.listingOf(provider);
		return running !== undefined || performance.now() - askedAt > RETRY_MS;
	}

	private refreshIfOld(provider: Provider): void {
		const { askedAt, isUp } = this.listingOf(provider);
		if (performance.now() - askedAt > (isUp ? FRESH_MS : RETRY_MS)) void this.refresh(provider);
	}

	/** Single-flight; never rejects. */
	private refresh(provider: Provider): Promise<void> {
		const listing = this.listingOf(provider);
		listing.running ??= this.ask(provider, listing).finally(() => {
			listing.running = undefined;
		});
		return listing.running;
	}

	private async ask(provider: Provider, listing: Listing): Promise<void> {
		const adapter = this.upstreams.adapterOf(provider);
		listing.askedAt = performance.now();
		try {
			const body = await fetchUpstream(
				this.upstreams.transportOf(provider),
				adapter.listRequest(provider),
				LIST_LIMIT_MS,
			);
			listing.models = Object.freeze(adapter.decodeList(body));
			listing.latencyMs = performance.now() - listing.askedAt;
			listing.error = undefined;
			listing.isUp = true;
		} catch (error) {
			if (listing.isUp || listing.error === undefined)
				this.logger.warn(`${provider.name} cannot be asked for its models: ${String(error)}`);
			listing.isUp = false; // what it listed before stays callable
			listing.error = error instanceof AppError ? error.code : 'upstream_failed';
		}
		this.version++;
	}
}

/** The same for a name that does not exist and for one that the caller may not use. */
export const modelNotFound = (name: string): AppError =>
	new AppError('missing', 'model_not_found', `The model ${quoted(name)} does not exist or you may not use it`, {
		param: 'model',
	});

const quoted = (name: string): string => JSON.stringify(name.slice(0, 128));
