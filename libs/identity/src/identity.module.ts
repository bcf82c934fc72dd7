import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessModule } from '#libs/access';
import { Clock } from '#libs/kernel';
import { AccessTokens } from './access-tokens.js';
import { AccountService } from './account.service.js';
import { AuthService } from './auth.service.js';
import { LoginService } from './login.service.js';
import { PasswordHasher } from './password-hasher.js';
import { RefreshTokenEntity } from './persistence/refresh-token.entity.js';
import { SessionEntity } from './persistence/session.entity.js';
import { SessionRepository } from './persistence/session.repository.js';
import { SessionCredentials } from './persistence/session-credentials.js';
import { AccountRequestEntity } from './persistence/account-request.entity.js';
import { InvitationEntity } from './persistence/invitation.entity.js';
import { UserEntity } from './persistence/user.entity.js';
import { UserRepository } from './persistence/user.repository.js';
import { RefreshService } from './refresh.service.js';
import { SessionAuthenticator } from './session-authenticator.js';
import { SessionsService } from './sessions.service.js';
import { SigningKeys } from './signing-keys.js';
import { UsersService } from './users.service.js';

const repositories = [UserRepository, SessionRepository, SessionCredentials];
const parts = [Clock, PasswordHasher, AccessTokens, AccountService, LoginService, RefreshService, SessionsService];
const doors = [AuthService, UsersService, SessionAuthenticator, SigningKeys];

@Module({
	imports: [
		AccessModule,
		TypeOrmModule.forFeature([UserEntity, SessionEntity, RefreshTokenEntity, AccountRequestEntity, InvitationEntity]),
	],
	providers: [...repositories, ...parts, ...doors],
	exports: doors,
})
export class IdentityModule {}
