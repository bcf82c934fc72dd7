import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '#libs/audit';
import { MembershipEpochs } from './membership-epochs.js';
import { MembershipsService } from './memberships.service.js';
import { OrganizationDirectory } from './persistence/organization-directory.js';
import { OrganizationsService } from './organizations.service.js';
import { Owners } from './owners.js';
import { AssignmentRepository } from './persistence/assignment.repository.js';
import { AssignmentStore } from './persistence/assignment-store.js';
import { MembershipEntity } from './persistence/membership.entity.js';
import { MembershipRepository } from './persistence/membership.repository.js';
import { OrganizationEntity } from './persistence/organization.entity.js';
import { OrganizationRepository } from './persistence/organization.repository.js';
import { ProjectEntity } from './persistence/project.entity.js';
import { ProjectRepository } from './persistence/project.repository.js';
import { RightsRepository } from './persistence/rights.repository.js';
import { RoleEntity } from './persistence/role.entity.js';
import { RoleRepository } from './persistence/role.repository.js';
import { RolePermissionEntity } from './persistence/role-permission.entity.js';
import { ServiceAccountRepository } from './persistence/service-account.repository.js';
import { UserRoleEntity } from './persistence/user-role.entity.js';
import { ProjectsService } from './projects.service.js';
import { RoleAssignmentsService } from './role-assignments.service.js';
import { RoleExpiry } from './role-expiry.js';
import { RolesService } from './roles.service.js';
import { ServiceAccountsService } from './service-accounts.service.js';

const entities = [
	OrganizationEntity,
	ProjectEntity,
	MembershipEntity,
	RoleEntity,
	RolePermissionEntity,
	UserRoleEntity,
];
const repositories = [
	AssignmentRepository,
	AssignmentStore,
	MembershipRepository,
	OrganizationRepository,
	ProjectRepository,
	RoleRepository,
	RightsRepository,
	ServiceAccountRepository,
];
const services = [
	MembershipEpochs,
	MembershipsService,
	OrganizationDirectory,
	OrganizationsService,
	ProjectsService,
	RoleAssignmentsService,
	RoleExpiry,
	RolesService,
	ServiceAccountsService,
];

@Module({
	imports: [AuditModule, TypeOrmModule.forFeature(entities)],
	providers: [...repositories, Owners, ...services],
	exports: [...services, RightsRepository],
})
export class AccessModule {}
