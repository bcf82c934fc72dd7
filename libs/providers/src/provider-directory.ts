import { Injectable } from '@nestjs/common';
import { Config } from '#libs/config';
import { UnitOfWork } from '#libs/database';
import { newId, SYSTEM_ORGANIZATION_ID, systemScope } from '#libs/kernel';
import { Invalidations } from '#libs/redis';
import { adapterOfKind } from './adapters.js';
import { environmentProviders } from './environment-providers.js';
import { OrganizationCache } from './organization-cache.js';
import { ProviderRepository } from './persistence/provider.repository.js';
import type { Provider } from './provider.js';

/** The enabled providers of each organization: its own, then shared ones, then those of the environment. Frozen and cached. */
@Injectable()
export class ProviderDirectory {
	private readonly environment: readonly Provider[];
	private readonly cache = new OrganizationCache<Provider>('providers', (organizationId) => this.read(organizationId));

	constructor(
		config: Config,
		private readonly work: UnitOfWork,
		private readonly repository: ProviderRepository,
		invalidations: Invalidations,
	) {
		this.environment = environmentProviders(config.upstreams).filter(isServed);
		invalidations.on('providers', (organizationId) => this.cache.forget(organizationId));
	}

	/** At once when cached; the same array as long as nothing changed. */
	providersOf(organizationId: string): readonly Provider[] | Promise<readonly Provider[]> {
		return this.cache.of(organizationId);
	}

	/** Those that this process has in its cache. */
	knownOf(organizationId: string): readonly Provider[] {
		return this.cache.known(organizationId);
	}

	/** Shared ones are read as the system organization: nobody else may see their credentials. */
	private async read(organizationId: string): Promise<readonly Provider[]> {
		const owners = [...new Set([organizationId, SYSTEM_ORGANIZATION_ID])];
		const [own = [], ofSystem = []] = await Promise.all(owners.map((owner) => this.stored(owner)));
		return [...own, ...ofSystem.filter(({ isShared }) => isShared), ...this.environment];
	}

	private async stored(organizationId: string): Promise<Provider[]> {
		const scope = systemScope(organizationId, 'provider-directory', newId());
		return (await this.work.run(scope, (tenant) => this.repository.usable(tenant))).filter(isServed);
	}
}

/** Another release may have stored a kind that this one does not speak. */
const isServed = ({ kind }: Provider): boolean => adapterOfKind(kind) !== undefined;
