import { Body, Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Project as ProjectRecord, ProjectsService } from '#libs/access';
import type { Scope } from '#libs/kernel';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Cursors } from '../edge/cursor.js';
import { PageQuery, paged } from '../edge/paged.js';
import { Responds } from '../edge/responds.decorator.js';
import { CreateProject, Project, ProjectId, ProjectList, UpdateProject } from './projects.schemas.js';

@ApiTags('Projects')
@Controller('api/v1/projects')
export class ProjectsController {
	constructor(
		private readonly projects: ProjectsService,
		private readonly cursors: Cursors,
	) {}

	@Get()
	@Requires('projects:read')
	@Responds(200, ProjectList, 'Where keys live and cost is attributed')
	list(@CurrentScope() scope: Scope, @Query({ schema: PageQuery }) query: PageQuery) {
		return paged({ scope, name: 'projects', query, cursors: this.cursors }, (page) => this.projects.list(scope, page));
	}

	@Post()
	@Requires('projects:write')
	@Responds(201, Project, 'The new project')
	create(@CurrentScope() scope: Scope, @Body({ schema: CreateProject }) input: CreateProject): Promise<ProjectRecord> {
		return this.projects.create(scope, input);
	}

	@Get(':id')
	@Requires('projects:read')
	@Responds(200, Project)
	get(@CurrentScope() scope: Scope, @Param('id', { schema: ProjectId }) id: string): Promise<ProjectRecord> {
		return this.projects.get(scope, id);
	}

	@Patch(':id')
	@Requires('projects:write')
	@Responds(200, Project, 'The project as it is now')
	rename(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: ProjectId }) id: string,
		@Body({ schema: UpdateProject }) { name }: UpdateProject,
	): Promise<ProjectRecord> {
		return this.projects.rename(scope, id, name);
	}
}
