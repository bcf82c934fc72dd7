import { Module } from '@nestjs/common';
import { AccessModule } from '#libs/access';
import { OrganizationsController } from './organizations.controller.js';

@Module({ imports: [AccessModule], controllers: [OrganizationsController] })
export class OrganizationsHttpModule {}
