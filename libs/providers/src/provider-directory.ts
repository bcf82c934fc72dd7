import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Config } from '#libs/config';
import { UnitOfWork } from '#libs/database';
import { AppError, newId, SYSTEM_ORGANIZATION_ID, systemScope } from '#libs/kernel';
import { Invalidations } from '#libs/redis';
import { environmentProviders } from './environment-providers.js';
import { ProviderRepository } from './persistence/provider.repository.js';
import type { Provider } from './provider.js';

const FRESH_MS = 5_000;
const STALE_MS = 600_000; // while PostgreSQL is away nobody can change them

interface Cached {
	providers: readonly Provider[];
	loadedAt: number;
	running: Promise<readonly Provider[]> | undefined;
}

/** The enabled providers of each organization: its own, then shared ones, then those of the environment. Frozen and cached. */
@Injectable()
export class ProviderDirectory {
	private readonly environment: readonly Provider[];
	private readonly cache = new LRUCache<string, Cached>({ max: 10_000 });

	constructor(
		config: Config,
		private readonly work: UnitOfWork,
		private readonly repository: ProviderRepository,
		invalidations: Invalidations,
	) {
		this.environment = environmentProviders(config.upstreams);
		invalidations.on('providers', (organizationId) => this.forget(organizationId));
	}

	/** At once when cached; the same array as long as nothing changed. */
	providersOf(organizationId: string): readonly Provider[] | Promise<readonly Provider[]> {
		const cached = this.cache.get(organizationId);
		if (cached === undefined) return this.load(organizationId, this.remember(organizationId));
		const age = performance.now() - cached.loadedAt;
		if (age < FRESH_MS) return cached.providers;
		const loading = this.load(organizationId, cached);
		if (age > STALE_MS) return loading;
		loading.catch(() => undefined); // PostgreSQL is away: what was known holds
		return cached.providers;
	}

	private forget(organizationId: string): void {
		if (organizationId === SYSTEM_ORGANIZATION_ID) this.cache.clear();
		else this.cache.delete(organizationId);
	}

	private remember(organizationId: string): Cached {
		const empty: Cached = { providers: [], loadedAt: Number.NEGATIVE_INFINITY, running: undefined };
		this.cache.set(organizationId, empty);
		return empty;
	}

	private load(organizationId: string, cached: Cached): Promise<readonly Provider[]> {
		cached.running ??= this.read(organizationId)
			.then((providers) => {
				if (!sameProviders(cached.providers, providers)) cached.providers = providers;
				cached.loadedAt = performance.now();
				return cached.providers;
			})
			.catch((error: unknown) => {
				if (cached.loadedAt === Number.NEGATIVE_INFINITY) this.cache.delete(organizationId);
				throw error instanceof AppError
					? error
					: new AppError('unavailable', 'database_unavailable', 'The providers cannot be read now', {
							cause: error,
							retryAfterMs: 1_000,
						});
			})
			.finally(() => {
				cached.running = undefined;
			});
		return cached.running;
	}

	private async read(organizationId: string): Promise<readonly Provider[]> {
		const scope = systemScope(organizationId, 'provider-directory', newId());
		const stored = await this.work.run(scope, (tenant) => this.repository.usable(tenant));
		return Object.freeze([...stored, ...this.environment]);
	}
}

const sameProviders = (a: readonly Provider[], b: readonly Provider[]): boolean =>
	a.length === b.length &&
	a.every((provider, at) => provider.id === b[at]?.id && provider.revision === b[at]?.revision);
