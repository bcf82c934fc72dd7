import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { MembershipsService } from './memberships.service.js';
import { OrganizationDirectory } from './persistence/organization-directory.js';
import { OrganizationsService } from './organizations.service.js';
import { MembershipEntity } from './persistence/membership.entity.js';
import { MembershipRepository } from './persistence/membership.repository.js';
import { OrganizationEntity } from './persistence/organization.entity.js';
import { OrganizationRepository } from './persistence/organization.repository.js';
import { ProjectEntity } from './persistence/project.entity.js';
import { ProjectRepository } from './persistence/project.repository.js';
import { RoleEntity } from './persistence/role.entity.js';
import { RoleRepository } from './persistence/role.repository.js';
import { RolePermissionEntity } from './persistence/role-permission.entity.js';
import { UserRoleEntity } from './persistence/user-role.entity.js';
import { ProjectsService } from './projects.service.js';
import { RolesService } from './roles.service.js';

const entities = [
	OrganizationEntity,
	ProjectEntity,
	MembershipEntity,
	RoleEntity,
	RolePermissionEntity,
	UserRoleEntity,
];
const repositories = [OrganizationRepository, ProjectRepository, MembershipRepository, RoleRepository];
const services = [OrganizationsService, ProjectsService, RolesService, MembershipsService, OrganizationDirectory];

@Module({
	imports: [TypeOrmModule.forFeature(entities)],
	providers: [...repositories, ...services],
	exports: services,
})
export class AccessModule {}
