import { Module } from '@nestjs/common';
import { ProvidersModule } from '#libs/providers';
import { DiscoveryController } from './discovery.controller.js';
import { DiscoveryService } from './discovery.service.js';
import { ProviderStates } from './provider-states.js';

@Module({
	imports: [ProvidersModule],
	controllers: [DiscoveryController],
	providers: [DiscoveryService, ProviderStates],
})
export class DiscoveryModule {}
