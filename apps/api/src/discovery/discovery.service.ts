import { Injectable } from '@nestjs/common';
import { type Scope, SYSTEM_ORGANIZATION_ID } from '#libs/kernel';
import { VERSION } from '#libs/telemetry';
import { RouteTable, type TableRoute } from '../edge/route-table.js';
import type { Discovery, Status } from './discovery.schemas.js';
import { ProviderStates } from './provider-states.js';

/** Base paths of each dialect; its routes are found by them. `/v1` is shared: `messages` is Anthropic's. */
const dialects = [
	{ name: 'openai', basePaths: ['/openai/v1', '/v1'], owns: /^(?:\/openai\/v1|\/v1)\/(?!messages)/ },
	{ name: 'anthropic', basePaths: ['/anthropic', ''], owns: /^(?:\/anthropic\/v1\/|\/v1\/messages)/ },
	{ name: 'ollama', basePaths: ['/ollama', ''], owns: /^(?:\/ollama)?\/api\/(?!v1(?:\/|$))/ },
] as const;

/** What this installation offers, read from the routes it serves. */
@Injectable()
export class DiscoveryService {
	constructor(
		private readonly routes: RouteTable,
		private readonly providers: ProviderStates,
	) {}

	discover(): Discovery {
		return {
			name: 'Parallama',
			version: VERSION,
			dialects: this.served().map(({ name, basePaths, owns }) => ({
				name,
				basePaths: [...basePaths],
				endpoints: this.endpoints(({ url }) => owns.test(url)),
			})),
			features: this.features(),
			docs: '/docs',
			openapi: '/openapi.json',
			health: '/health',
			status: '/status',
		};
	}

	/** A dialect is down when it is served but no provider that all share answers. */
	async status(scope: Scope | undefined): Promise<Status> {
		const shared = await this.providers.of(SYSTEM_ORGANIZATION_ID);
		const isUp = shared.length === 0 || shared.some(({ status }) => status === 'up');
		const status = isUp ? 'up' : 'down';
		return {
			status: 'up',
			dialects: this.served().map(({ name }) => ({ name, status })),
			...(scope?.permissions.has('providers:read') === true
				? { providers: await this.providers.of(scope.organizationId) }
				: {}),
		};
	}

	private served() {
		return dialects.filter(({ owns }) => this.routes.all().some(({ url }) => owns.test(url)));
	}

	private features(): Discovery['features'] {
		const nouns = new Set(this.routes.all().map(({ url }) => /^\/api\/v1\/([\w-]+)/.exec(url)?.[1]));
		return [...nouns]
			.filter((noun) => noun !== undefined)
			.toSorted()
			.map((name) => ({
				name,
				endpoints: this.endpoints(({ url }) => url === `/api/v1/${name}` || url.startsWith(`/api/v1/${name}/`)),
			}));
	}

	private endpoints(wanted: (route: TableRoute) => boolean): string[] {
		return this.routes
			.all()
			.filter((route) => route.method !== 'HEAD' && wanted(route))
			.map(({ method, url }) => `${method} ${url}`)
			.toSorted();
	}
}
