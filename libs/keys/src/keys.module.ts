import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessModule } from '#libs/access';
import { AuditModule } from '#libs/audit';
import { Clock } from '#libs/kernel';
import { AccessExplainer } from './access-explainer.js';
import { KeyAuthenticator } from './key-authenticator.js';
import { KeyChanges } from './key-changes.js';
import { KeyControl } from './key-control.js';
import { KeyDenials } from './key-denials.js';
import { KeyEpochs } from './key-epochs.js';
import { KeyIssue } from './key-issue.js';
import { KeyUses } from './key-uses.js';
import { KeysService } from './keys.service.js';
import { ApiKeyEntity } from './persistence/api-key.entity.js';
import { KeyRepository } from './persistence/key.repository.js';
import { KeyCredentials } from './persistence/key-credentials.js';

@Module({
	imports: [AccessModule, AuditModule, TypeOrmModule.forFeature([ApiKeyEntity])],
	providers: [
		AccessExplainer,
		Clock,
		KeyAuthenticator,
		KeyCredentials,
		KeyChanges,
		KeyControl,
		KeyDenials,
		KeyIssue,
		KeyRepository,
		KeyEpochs,
		KeysService,
		KeyUses,
	],
	exports: [AccessExplainer, KeyAuthenticator, KeyDenials, KeysService],
})
export class KeysModule {}
