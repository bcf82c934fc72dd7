import { Module } from '@nestjs/common';
import { IdentityModule } from '#libs/identity';
import { UsersController } from './users.controller.js';

@Module({ imports: [IdentityModule], controllers: [UsersController] })
export class UsersHttpModule {}
