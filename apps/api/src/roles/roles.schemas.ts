import { z } from 'zod';
import { listOf } from '../edge/responds.decorator.js';

export const Role = z
	.object({
		id: z.uuid(),
		name: z.string(),
		description: z.string(),
		isBuiltIn: z.boolean(),
		permissions: z.array(z.string()),
	})
	.meta({ id: 'Role' });

export const RoleList = listOf(Role).meta({ id: 'RoleList' });
