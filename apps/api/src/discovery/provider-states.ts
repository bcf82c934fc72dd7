import { Injectable } from '@nestjs/common';
import { ModelCatalogue } from '#libs/providers';
import type { Status } from './discovery.schemas.js';
import { ProviderTraffic } from './provider-traffic.js';

type StatedProvider = NonNullable<Status['providers']>[number];

/** How the upstreams of an organization are, as far as this process knows. */
@Injectable()
export class ProviderStates {
	constructor(
		private readonly catalogue: ModelCatalogue,
		private readonly traffic: ProviderTraffic,
	) {}

	async of(organizationId: string): Promise<StatedProvider[]> {
		const states = await this.catalogue.states(organizationId);
		return states.map(({ provider, isUp, latencyMs }) => ({
			id: provider.id,
			name: provider.name,
			kind: provider.kind,
			status: isUp ? 'up' : 'down',
			latencyMs: latencyMs === undefined ? null : Math.round(latencyMs),
			requestsPerSecond: this.traffic.requestsPerSecond(provider.id),
		}));
	}
}
