import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '#libs/audit';
import { AliasDirectory } from './alias-directory.js';
import { ChangeLog } from './change-log.js';
import { ConnectionTest } from './connection-test.js';
import { CredentialsService } from './credentials.service.js';
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
		AliasRepository,
		ChangeLog,
		ConnectionTest,
		CredentialRepository,
		CredentialsService,
		ModelCatalogue,
		ProviderDirectory,
		ProviderRepository,
		ProvidersService,
		Upstreams,
	],
	exports: [ConnectionTest, CredentialsService, ModelCatalogue, ProvidersService, Upstreams],
})
export class ProvidersModule {}
