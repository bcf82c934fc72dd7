import { Module } from '@nestjs/common';
import { GatewayModule } from '#libs/gateway';
import { ProvidersModule } from '#libs/providers';
import { DiscoveryController } from './discovery.controller.js';
import { DiscoveryService } from './discovery.service.js';
import { ProviderStates } from './provider-states.js';
import { ProviderTraffic } from './provider-traffic.js';

@Module({
	imports: [GatewayModule, ProvidersModule],
	controllers: [DiscoveryController],
	providers: [DiscoveryService, ProviderStates, ProviderTraffic],
})
export class DiscoveryModule {}
