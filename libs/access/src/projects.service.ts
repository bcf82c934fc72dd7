import { Injectable } from '@nestjs/common';
import { AuditLog } from '#libs/audit';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { missing, type Page, type PageRequest, type Scope } from '#libs/kernel';
import { type Project, ProjectRepository } from './persistence/project.repository.js';
import { quotas } from './persistence/quota.js';

@Injectable()
export class ProjectsService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly projects: ProjectRepository,
		private readonly audit: AuditLog,
	) {}

	async list(scope: Scope, request: PageRequest): Promise<Page<Project>> {
		return this.work.run(scope, (tenant) => this.projects.page(tenant, request));
	}

	/** @throws AppError missing */
	async get(scope: Scope, id: string): Promise<Project> {
		return this.work.run(scope, (tenant) => this.resolve(tenant, id));
	}

	/** @throws AppError conflict `project_name_taken`, `quota_reached` */
	async create(scope: Scope, input: { readonly name: string }): Promise<Project> {
		return this.work.run(scope, async (tenant) => {
			await quotas.projects.take(tenant);
			const after = await this.projects.insert(tenant, input.name);
			await this.audit.record(tenant, {
				action: 'project.create',
				targetType: 'project',
				targetId: after.id,
				after,
			});
			return after;
		});
	}

	/** @throws AppError missing; conflict `project_name_taken` */
	async rename(scope: Scope, id: string, name: string): Promise<Project> {
		return this.work.run(scope, async (tenant) => {
			const before = await this.resolve(tenant, id);
			await this.projects.rename(tenant, id, name);
			const after = await this.resolve(tenant, id);
			await this.audit.record(tenant, {
				action: 'project.update',
				targetType: 'project',
				targetId: id,
				before,
				after,
			});
			return after;
		});
	}

	/**
	 * The project that something new belongs to: the named one, else the scope's, else the organization's default.
	 * @throws AppError missing
	 */
	async resolve(tenant: TenantScope, id: string | undefined): Promise<Project> {
		const wanted = id ?? tenant.projectId;
		const project =
			wanted === undefined ? await this.projects.findDefault(tenant) : await this.projects.find(tenant, wanted);
		if (!project) throw missing('Project');
		return project;
	}
}
