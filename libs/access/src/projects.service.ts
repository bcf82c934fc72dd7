import { Injectable } from '@nestjs/common';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { missing, type Page, type PageRequest, type Scope } from '#libs/kernel';
import { type Project, ProjectRepository } from './persistence/project.repository.js';

@Injectable()
export class ProjectsService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly projects: ProjectRepository,
	) {}

	async list(scope: Scope, request: PageRequest): Promise<Page<Project>> {
		return this.work.run(scope, (tenant) => this.projects.page(tenant, request));
	}

	/** @throws AppError conflict `project_name_taken` */
	async create(scope: Scope, input: { readonly name: string }): Promise<Project> {
		return this.work.run(scope, (tenant) => this.projects.insert(tenant, input.name));
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
