import { z } from 'zod';
import { listOf } from '../edge/responds.decorator.js';
import { timestamp } from '../edge/timestamp.js';

export const Project = z
	.object({ id: z.uuid().lowercase(), name: z.string(), isDefault: z.boolean(), createdAt: timestamp })
	.meta({ id: 'Project' });

export const ProjectList = listOf(Project).meta({ id: 'ProjectList' });

const name = z
	.string()
	.trim()
	.min(1)
	.max(100)
	.meta({ examples: ['Support bot'] });

export const CreateProject = z.strictObject({ name }).meta({ id: 'CreateProject' });
export type CreateProject = z.output<typeof CreateProject>;

export const UpdateProject = z.strictObject({ name }).meta({ id: 'UpdateProject' });
export type UpdateProject = z.output<typeof UpdateProject>;

export const ProjectId = z.uuid().lowercase();
