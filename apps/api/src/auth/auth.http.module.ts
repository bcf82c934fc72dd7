import { Module } from '@nestjs/common';
import { IdentityModule } from '#libs/identity';
import { AuthController } from './auth.controller.js';

@Module({ imports: [IdentityModule], controllers: [AuthController] })
export class AuthHttpModule {}
