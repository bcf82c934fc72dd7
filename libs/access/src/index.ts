export { AccessModule } from './access.module.js';
export { type Assignment, type AssignmentFilter, type AssignmentInput, checkExpiry } from './assignment.js';
export { MembershipEpochs } from './membership-epochs.js';
export { MembershipsService } from './memberships.service.js';
export {
	coversRule,
	fitsModel,
	modelAccessOf,
	type ModelRule,
	type ModelRules,
	RestrictedModels,
} from './model-rules.js';
export { OrganizationDirectory } from './persistence/organization-directory.js';
export { OrganizationsService } from './organizations.service.js';
export { outranks } from './outranks.js';
export { type Page, pageOf, type PageRequest } from '#libs/kernel';
export {
	demand,
	isForKeys,
	isPermission,
	type Permission,
	permissionCatalogue,
	type PermissionInfo,
	permissions,
	projectPermissions,
} from './permissions.js';
export type { Membership } from './persistence/membership.repository.js';
export type { Organization } from './persistence/organization.repository.js';
export type { Project } from './persistence/project.repository.js';
export { Quota } from './persistence/quota.js';
export { type Principal, scopeOf } from './principal.js';
export { PrincipalCache, type ProvenPrincipal } from './principal-cache.js';
export { ProjectsService } from './projects.service.js';
export type { Role, RoleInput } from './role.js';
export { RoleAssignmentsService } from './role-assignments.service.js';
export { RoleExpiry } from './role-expiry.js';
export { RolesService } from './roles.service.js';
export type { NewServiceAccount, ServiceAccount, ServiceAccountChange } from './service-account.js';
export { ServiceAccountsService } from './service-accounts.service.js';
export { type Grant, type MemberRights, RightsRepository } from './persistence/rights.repository.js';
