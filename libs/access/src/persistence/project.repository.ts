import { Injectable } from '@nestjs/common';
import { MoreThan } from 'typeorm';
import { type TenantScope, violatedUnique } from '#libs/database';
import { AppError, newId, type Page, type PageRequest, pageOf, storableText } from '#libs/kernel';
import { ProjectEntity } from './project.entity.js';

export interface Project {
	readonly id: string;
	readonly name: string;
	readonly isDefault: boolean;
	readonly createdAt: Date;
}

const columns = { id: true, name: true, isDefault: true, createdAt: true } as const;

@Injectable()
export class ProjectRepository {
	async page(scope: TenantScope, { limit, after }: PageRequest): Promise<Page<Project>> {
		const rows = await scope.transaction.manager.find(ProjectEntity, {
			select: columns,
			where: { organizationId: scope.organizationId, ...(after === undefined ? {} : { id: MoreThan(after) }) },
			order: { id: 'ASC' },
			take: limit + 1,
		});
		return pageOf(rows, limit);
	}

	async find(scope: TenantScope, id: string): Promise<Project | undefined> {
		const where = { organizationId: scope.organizationId, id };
		return (await scope.transaction.manager.findOne(ProjectEntity, { select: columns, where })) ?? undefined;
	}

	async findDefault(scope: TenantScope): Promise<Project | undefined> {
		const where = { organizationId: scope.organizationId, isDefault: true };
		return (await scope.transaction.manager.findOne(ProjectEntity, { select: columns, where })) ?? undefined;
	}

	/** Of a new organization. */
	async insertDefault(scope: TenantScope): Promise<void> {
		const row = { organizationId: scope.organizationId, id: newId(), name: 'Default', isDefault: true };
		await scope.transaction.manager.insert(ProjectEntity, row);
	}

	/** @throws AppError conflict `project_name_taken` */
	async insert(scope: TenantScope, name: string): Promise<Project> {
		const row = { id: newId(), name: storableText(name), isDefault: false };
		const { organizationId } = scope;
		const { generatedMaps } = await unlessTaken(
			scope.transaction.manager.insert(ProjectEntity, { organizationId, ...row }),
		);
		return { ...row, createdAt: (generatedMaps[0] as ProjectEntity).createdAt };
	}

	/** @throws AppError conflict `project_name_taken` */
	async rename(scope: TenantScope, id: string, name: string): Promise<void> {
		const { organizationId } = scope;
		const change = { name: storableText(name), updatedAt: () => 'now()' };
		await unlessTaken(scope.transaction.manager.update(ProjectEntity, { organizationId, id }, change));
	}
}

async function unlessTaken<T>(write: Promise<T>): Promise<T> {
	try {
		return await write;
	} catch (error) {
		if (violatedUnique(error) !== 'projects_name') throw error;
		throw new AppError('conflict', 'project_name_taken', 'A project of this name exists already', { cause: error });
	}
}
