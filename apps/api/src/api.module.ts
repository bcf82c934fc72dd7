import { type DynamicModule, Module } from '@nestjs/common';
import { Config, ConfigModule } from '#libs/config';
import { DatabaseModule } from '#libs/database';
import { RedisModule } from '#libs/redis';
import { type Telemetry, TelemetryModule } from '#libs/telemetry';
import { DiscoveryModule } from './discovery/discovery.module.js';
import { EdgeModule } from './edge/edge.module.js';
import { RouteTable } from './edge/route-table.js';
import { RouteTableModule } from './edge/route-table.module.js';
import { GatewayHttpModule } from './gateway/gateway.http.module.js';
import { HealthModule } from './health/health.module.js';
import { ProvidersHttpModule } from './providers/providers.http.module.js';

/** What exists before Nest does. */
export interface ApiParts {
	readonly config: Config;
	readonly telemetry: Telemetry;
	readonly routes: RouteTable;
}

/** The only list of modules. Features: one line each, in alphabetical order. */
@Module({
	imports: [DiscoveryModule, EdgeModule, GatewayHttpModule, HealthModule, ProvidersHttpModule],
})
export class ApiModule {
	static of({ config, telemetry, routes }: ApiParts): DynamicModule {
		return {
			module: ApiModule,
			imports: [
				ConfigModule.of(config),
				TelemetryModule.of(telemetry),
				RouteTableModule.of(routes),
				DatabaseModule.as('app'),
				RedisModule,
			],
		};
	}
}
