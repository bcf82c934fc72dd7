import { Injectable } from '@nestjs/common';
import { AssignmentRepository } from './assignment.repository.js';
import { MembershipRepository } from './membership.repository.js';
import { ProjectRepository } from './project.repository.js';
import { RoleRepository } from './role.repository.js';

/** What an assignment joins: a member, a role, perhaps a project. */
@Injectable()
export class AssignmentStore {
	constructor(
		readonly assignments: AssignmentRepository,
		readonly memberships: MembershipRepository,
		readonly roles: RoleRepository,
		readonly projects: ProjectRepository,
	) {}
}
