import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AppError } from '#libs/kernel';
import { Invalidations } from '#libs/redis';
import type { Alias, Plan } from './alias.js';
import { AliasDirectory } from './alias-directory.js';
import { type CatalogueEntry, entriesOf } from './catalogue-entry.js';
import { Listings, type ProviderState, RETRY_MS } from './listings.js';
import { compilePlans, type Plans } from './plans.js';
import type { Provider } from './provider.js';
import { ProviderDirectory } from './provider-directory.js';

/** Longest wait of a list for details that are being asked for. */
const DETAILS_WAIT_MS = 3_000;

/** The names an organization can call, compiled for look-up; rebuilt when a listing, the providers or the aliases changed. */
interface Names {
	readonly providers: readonly Provider[];
	readonly aliases: readonly Alias[];
	readonly version: number;
	readonly plans: Plans;
}

/** Which models there are and where. A call to a known model never waits for a list. */
@Injectable()
export class ModelCatalogue {
	private readonly names = new LRUCache<string, Names>({ max: 10_000 });

	constructor(
		private readonly directory: ProviderDirectory,
		private readonly aliases: AliasDirectory,
		private readonly listings: Listings,
		private readonly invalidations: Invalidations,
	) {
		invalidations.on('models', (organizationId) => this.expire(organizationId));
	}

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
		for (const { provider } of known.candidates) this.listings.refreshIfOld(provider);
		return known;
	}

	/** Whether the organization lets parameters be left out that an upstream's protocol lacks. */
	allowsDroppedParams(organizationId: string): boolean {
		return this.aliases.allowsDroppedParams(organizationId);
	}

	/** Every provider with its models, as listed last; asks first where nothing is known yet. */
	async states(organizationId: string): Promise<ProviderState[]> {
		const providers = await this.directory.providersOf(organizationId);
		for (const provider of providers) this.listings.refreshIfOld(provider);
		const unknown = providers.filter((provider) => this.listings.isUnknown(provider));
		await Promise.all(unknown.map((provider) => this.listings.refresh(provider)));
		return this.statesOf(providers);
	}

	/** Everything that can be called by name, once for each provider that has it; aliases first. */
	async entries(organizationId: string): Promise<CatalogueEntry[]> {
		const [states, aliases] = await Promise.all([this.states(organizationId), this.aliases.aliasesOf(organizationId)]);
		const plans = this.compiled(organizationId, await this.directory.providersOf(organizationId), aliases);
		return entriesOf(states, aliases, plans, (provider, model) => this.listings.factsOf(provider, model));
	}

	/** Waits a little for details of models that are being asked for, so that `entries` has them. */
	async described(organizationId: string): Promise<void> {
		const states = await this.states(organizationId);
		let timer: NodeJS.Timeout | undefined;
		const waited = new Promise<void>((resolve) => {
			timer = setTimeout(resolve, DETAILS_WAIT_MS);
		});
		await Promise.race([waited, Promise.all(states.map(({ provider }) => this.listings.described(provider)))]);
		clearTimeout(timer);
	}

	/** Asks every provider again that was not asked in the last two seconds; the other replicas do it at the next use. */
	async refresh(organizationId: string): Promise<ProviderState[]> {
		const providers = await this.directory.providersOf(organizationId);
		const due = providers.filter((provider) => this.listings.mayAsk(provider));
		if (due.length > 0) await this.invalidations.publish('models', organizationId);
		await Promise.all(due.map((provider) => this.listings.refresh(provider)));
		return this.statesOf(providers);
	}

	private statesOf(providers: readonly Provider[]): ProviderState[] {
		return providers.map((provider) => {
			const { models, isUp, latencyMs, error } = this.listings.of(provider);
			return { provider, models, isUp, latencyMs, error };
		});
	}

	private expire(organizationId: string): void {
		for (const provider of this.directory.knownOf(organizationId)) this.listings.expire(provider);
	}

	/** Asks a provider again whose models have changed; the other replicas do it at the next use. Never rejects. */
	async renew(provider: Provider): Promise<void> {
		await this.invalidations.publish('models', provider.organizationId);
		await this.listings.renew(provider);
	}

	private async resolveSlowly(organizationId: string, name: string): Promise<Plan> {
		const [providers, aliases] = await Promise.all([
			this.directory.providersOf(organizationId),
			this.aliases.aliasesOf(organizationId),
		]);
		const atOnce = this.compiled(organizationId, providers, aliases).find(name);
		if (atOnce !== undefined) return atOnce;
		const due = providers.filter((provider) => this.listings.mayAsk(provider));
		await Promise.all(due.map((provider) => this.listings.refresh(provider)));
		const known = this.compiled(organizationId, providers, aliases).find(name);
		if (known !== undefined) return known;
		throw this.unknown(name, providers);
	}

	private unknown(name: string, providers: readonly Provider[]): AppError {
		const away = providers.filter((provider) => !this.listings.of(provider).isUp);
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
		const { version } = this.listings;
		const current = this.names.get(organizationId);
		if (current?.providers === providers && current.aliases === aliases && current.version === version)
			return current.plans;
		const plans = compilePlans(providers, aliases, (provider) => this.listings.of(provider).models);
		this.names.set(organizationId, { providers, aliases, version, plans });
		return plans;
	}
}

/** The same for a name that does not exist and for one that the caller may not use. */
export const modelNotFound = (name: string): AppError =>
	new AppError('missing', 'model_not_found', `The model ${quoted(name)} does not exist or you may not use it`, {
		param: 'model',
	});

const quoted = (name: string): string => JSON.stringify(name.slice(0, 128));
