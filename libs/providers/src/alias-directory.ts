import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { UnitOfWork } from '#libs/database';
import { newId, systemScope } from '#libs/kernel';
import { Invalidations } from '#libs/redis';
import type { Alias } from './alias.js';
import { OrganizationCache } from './organization-cache.js';
import { AliasRepository } from './persistence/alias.repository.js';

/** The enabled aliases of each organization: its own, then shared ones. Frozen and cached. */
@Injectable()
export class AliasDirectory {
	/** As it was read with the aliases last. */
	private readonly lenient = new LRUCache<string, boolean>({ max: 10_000 });
	private readonly cache = new OrganizationCache<Alias>('aliases', (organizationId) => this.read(organizationId));

	constructor(
		private readonly work: UnitOfWork,
		private readonly repository: AliasRepository,
		invalidations: Invalidations,
	) {
		invalidations.on('aliases', (organizationId) => this.cache.forget(organizationId));
	}

	/** At once when cached; the same array as long as nothing changed. */
	aliasesOf(organizationId: string): readonly Alias[] | Promise<readonly Alias[]> {
		return this.cache.of(organizationId);
	}

	/** Whether the organization lets parameters be left out that a target's protocol lacks; an alias may allow it besides. */
	allowsDroppedParams(organizationId: string): boolean {
		return this.lenient.get(organizationId) ?? false;
	}

	private async read(organizationId: string): Promise<readonly Alias[]> {
		const scope = systemScope(organizationId, 'alias-directory', newId());
		const { all, isLenient } = await this.work.run(scope, async (tenant) => ({
			all: await this.repository.usable(tenant),
			isLenient: await this.repository.allowsDroppedParams(tenant),
		}));
		this.lenient.set(organizationId, isLenient);
		const isOwn = (alias: Alias): boolean => alias.organizationId === organizationId;
		return [...all.filter(isOwn), ...all.filter((alias) => !isOwn(alias))];
	}
}
