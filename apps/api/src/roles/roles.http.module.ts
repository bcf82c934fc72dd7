import { Module } from '@nestjs/common';
import { AccessModule } from '#libs/access';
import { RoleAssignmentsController } from './role-assignments.controller.js';
import { RolesController } from './roles.controller.js';

@Module({ imports: [AccessModule], controllers: [RoleAssignmentsController, RolesController] })
export class RolesHttpModule {}
