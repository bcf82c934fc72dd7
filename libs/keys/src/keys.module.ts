import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessModule } from '#libs/access';
import { AuditModule } from '#libs/audit';
import { Clock } from '#libs/kernel';
import { KeyAuthenticator } from './key-authenticator.js';
import { KeyDenials } from './key-denials.js';
import { KeyIssue } from './key-issue.js';
import { KeyRevocation } from './key-revocation.js';
import { KeyUses } from './key-uses.js';
import { KeysService } from './keys.service.js';
import { ApiKeyEntity } from './persistence/api-key.entity.js';
import { KeyRepository } from './persistence/key.repository.js';
import { KeyCredentials } from './persistence/key-credentials.js';

@Module({
	imports: [AccessModule, AuditModule, TypeOrmModule.forFeature([ApiKeyEntity])],
	providers: [
		Clock,
		KeyAuthenticator,
		KeyCredentials,
		KeyDenials,
		KeyIssue,
		KeyRepository,
		KeyRevocation,
		KeysService,
		KeyUses,
	],
	exports: [KeyAuthenticator, KeyDenials, KeysService],
})
export class KeysModule {}
