import { Module } from '@nestjs/common';
import { IdentityModule } from '#libs/identity';
import { AuthController } from './auth.controller.js';
import { JwksController } from './jwks.controller.js';
import { OwnAccountController } from './own-account.controller.js';
import { PasswordsController } from './passwords.controller.js';
import { RegistrationController } from './registration.controller.js';
import { SessionsController } from './sessions.controller.js';

@Module({
	imports: [IdentityModule],
	controllers: [
		AuthController,
		JwksController,
		OwnAccountController,
		PasswordsController,
		RegistrationController,
		SessionsController,
	],
})
export class AuthHttpModule {}
