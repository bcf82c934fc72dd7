import { Module } from '@nestjs/common';
import { Clock } from '#libs/kernel';
import { KeyAuthenticator } from './key-authenticator.js';
import { KeyCredentials } from './persistence/key-credentials.js';

@Module({
	providers: [Clock, KeyAuthenticator, KeyCredentials],
	exports: [KeyAuthenticator],
})
export class KeysModule {}
