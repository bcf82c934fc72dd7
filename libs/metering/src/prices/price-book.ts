import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { newId, SYSTEM_ORGANIZATION_ID, systemScope } from '#libs/kernel';
import { Invalidations } from '#libs/redis';
import { PricesRepository } from '../persistence/prices.repository.js';
import { FreshCache } from '../rules/fresh-cache.js';
import { shippedPrices } from './price-list.js';
import { PriceSet } from './price-set.js';

/** Topic of the announcement that an organization's prices, or how it is charged, have changed. */
export const PRICES = 'prices';

/** What calls cost. Cached in this process; a change reaches every replica by an announcement, else within five seconds. */
@Injectable()
export class PriceBook {
	private readonly sets = new FreshCache<PriceSet>('Prices', (organizationId) => this.readNow(organizationId));

	constructor(
		private readonly work: UnitOfWork,
		private readonly prices: PricesRepository,
		invalidations: Invalidations,
	) {
		invalidations.on(PRICES, (id) => (id === SYSTEM_ORGANIZATION_ID ? this.sets.forgetAll() : this.sets.forget(id)));
	}

	/** At once when it is known; the same object as long as nothing has changed. @throws AppError unavailable */
	of(organizationId: string): PriceSet | Promise<PriceSet> {
		return this.sets.of(organizationId);
	}

	/** From the database, whatever is cached. */
	async readNow(organizationId: string): Promise<PriceSet> {
		const scope = systemScope(organizationId, 'price-book', newId());
		const { own, installation, chargeInterrupted } = await this.work.run(scope, (tenant) =>
			this.prices.current(tenant),
		);
		const revision = JSON.stringify([own, installation, chargeInterrupted], (_, value: unknown) =>
			typeof value === 'bigint' ? String(value) : value,
		);
		return new PriceSet([own, installation, shippedPrices], chargeInterrupted, revision);
	}
}
