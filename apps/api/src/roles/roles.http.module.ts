import { Module } from '@nestjs/common';
import { AccessModule } from '#libs/access';
import { RolesController } from './roles.controller.js';

@Module({ imports: [AccessModule], controllers: [RolesController] })
export class RolesHttpModule {}
