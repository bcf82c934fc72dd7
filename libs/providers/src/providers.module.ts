import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ModelCatalogue } from './model-catalogue.js';
import { ProviderEntity } from './persistence/provider.entity.js';
import { ProviderRepository } from './persistence/provider.repository.js';
import { ProviderCredentialEntity } from './persistence/provider-credential.entity.js';
import { ProviderDirectory } from './provider-directory.js';
import { ProvidersService } from './providers.service.js';
import { Upstreams } from './upstreams.js';

@Module({
	imports: [TypeOrmModule.forFeature([ProviderEntity, ProviderCredentialEntity])],
	providers: [ModelCatalogue, ProviderDirectory, ProviderRepository, ProvidersService, Upstreams],
	exports: [ModelCatalogue, ProvidersService, Upstreams],
})
export class ProvidersModule {}
