import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '#libs/audit';
import { AliasDirectory } from './alias-directory.js';
import { AliasesService } from './aliases.service.js';
import { ChangeLog } from './change-log.js';
import { ConnectionTest } from './connection-test.js';
import { CredentialsService } from './credentials.service.js';
import { Listings } from './listings.js';
import { ModelCatalogue } from './model-catalogue.js';
import { AliasRepository } from './persistence/alias.repository.js';
import { CredentialRepository } from './persistence/credential.repository.js';
import { ModelAliasEntity } from './persistence/model-alias.entity.js';
import { ModelAliasTargetEntity } from './persistence/model-alias-target.entity.js';
import { ProviderEntity } from './persistence/provider.entity.js';
import { ProviderRepository } from './persistence/provider.repository.js';
import { ProviderCredentialEntity } from './persistence/provider-credential.entity.js';
import { ProviderDirectory } from './provider-directory.js';
import { ProvidersService } from './providers.service.js';
import { Upstreams } from './upstreams.js';

@Module({
	imports: [
		AuditModule,
		TypeOrmModule.forFeature([ProviderEntity, ProviderCredentialEntity, ModelAliasEntity, ModelAliasTargetEntity]),
	],
	providers: [
		AliasDirectory,
		AliasesService,
		AliasRepository,
		ChangeLog,
		ConnectionTest,
		CredentialRepository,
		CredentialsService,
		Listings,
		ModelCatalogue,
		ProviderDirectory,
		ProviderRepository,
		ProvidersService,
		Upstreams,
	],
	exports: [AliasesService, ConnectionTest, CredentialsService, ModelCatalogue, ProvidersService, Upstreams],
})
export class ProvidersModule {}
