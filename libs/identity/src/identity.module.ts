import { Module } from '@nestjs/common';
import { Clock } from '#libs/kernel';
import { PasswordHasher } from './password-hasher.js';
import { SessionCredentials } from './persistence/session-credentials.js';
import { SessionAuthenticator } from './session-authenticator.js';
import { SigningKeys } from './signing-keys.js';

@Module({
	providers: [Clock, PasswordHasher, SessionAuthenticator, SessionCredentials, SigningKeys],
	exports: [SessionAuthenticator, SigningKeys],
})
export class IdentityModule {}
