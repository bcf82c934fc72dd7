import { Module } from '@nestjs/common';
import { AccessModule } from '#libs/access';
import { IdentityModule } from '#libs/identity';
import { OrganizationsController } from './organizations.controller.js';

@Module({ imports: [AccessModule, IdentityModule], controllers: [OrganizationsController] })
export class OrganizationsHttpModule {}
