import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessModule } from '#libs/access';
import { AuditModule } from '#libs/audit';
import { JobsModule } from '#libs/jobs';
import { Clock } from '#libs/kernel';
import { NotificationsModule } from '#libs/notifications';
import { AccessTokens } from './access-tokens.js';
import { AccountChanges } from './account-changes.js';
import { AccountCodesService } from './account-codes.service.js';
import { AccountErasure } from './account-erasure.js';
import { AccountExportService } from './account-export.service.js';
import { AccountRequestAnswers } from './account-request-answers.js';
import { AccountRequestIntake } from './account-request-intake.js';
import { AccountRequestsService } from './account-requests.service.js';
import { AccountService } from './account.service.js';
import { AuthService } from './auth.service.js';
import { InvitationAcceptance } from './invitation-acceptance.js';
import { InvitationsService } from './invitations.service.js';
import { InvitedPeople } from './invited-people.js';
import { LoginService } from './login.service.js';
import { LoginThrottle } from './login-throttle.js';
import { NewAccounts } from './new-accounts.js';
import { NewPasswords } from './new-passwords.js';
import { OrganizationFounding } from './organization-founding.js';
import { OrganizationOpening } from './organization-opening.js';
import { OwnPassword } from './own-password.js';
import { PasswordHasherModule } from './password-hasher.js';
import { PasswordResetService } from './password-reset.service.js';
import { PasswordsService } from './passwords.service.js';
import { AccountRequestEntity } from './persistence/account-request.entity.js';
import { AccountRequestRepository } from './persistence/account-request.repository.js';
import { EndingRolesRepository } from './persistence/ending-roles.repository.js';
import { InvitationEntity } from './persistence/invitation.entity.js';
import { InvitationRepository } from './persistence/invitation.repository.js';
import { RefreshTokenEntity } from './persistence/refresh-token.entity.js';
import { SessionEntity } from './persistence/session.entity.js';
import { SessionRepository } from './persistence/session.repository.js';
import { SessionCredentials } from './persistence/session-credentials.js';
import { UserEntity } from './persistence/user.entity.js';
import { UserRepository } from './persistence/user.repository.js';
import { RefreshService } from './refresh.service.js';
import { RoleNotices } from './role-notices.js';
import { SecurityEvents } from './security-events.js';
import { SessionAuthenticator } from './session-authenticator.js';
import { SessionPurge } from './session-purge.js';
import { SessionStart } from './session-start.js';
import { SessionsService } from './sessions.service.js';
import { SignInService } from './sign-in.service.js';
import { SigningKeys } from './signing-keys.js';
import { UsersService } from './users.service.js';

const entities = [UserEntity, SessionEntity, RefreshTokenEntity, AccountRequestEntity, InvitationEntity];
const repositories = [
	UserRepository,
	SessionRepository,
	SessionCredentials,
	AccountRequestRepository,
	InvitationRepository,
	EndingRolesRepository,
];
const parts = [
	AccessTokens,
	AccountChanges,
	AccountRequestIntake,
	AccountService,
	Clock,
	InvitedPeople,
	LoginService,
	LoginThrottle,
	NewAccounts,
	NewPasswords,
	OrganizationFounding,
	PasswordsService,
	RefreshService,
	SecurityEvents,
	SessionStart,
];
const doors = [
	OrganizationOpening,
	AccountCodesService,
	AccountErasure,
	AccountExportService,
	AccountRequestAnswers,
	AccountRequestsService,
	AuthService,
	InvitationAcceptance,
	InvitationsService,
	OwnPassword,
	PasswordResetService,
	RoleNotices,
	SessionAuthenticator,
	SessionPurge,
	SessionsService,
	SigningKeys,
	SignInService,
	UsersService,
];

@Module({
	imports: [
		AccessModule,
		AuditModule,
		JobsModule,
		NotificationsModule,
		PasswordHasherModule,
		TypeOrmModule.forFeature(entities),
	],
	providers: [...repositories, ...parts, ...doors],
	exports: doors,
})
export class IdentityModule {}
