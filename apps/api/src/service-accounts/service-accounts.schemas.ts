import { z } from 'zod';
import { listOf } from '../edge/responds.decorator.js';
import { timestamp } from '../edge/timestamp.js';

const status = z.enum(['active', 'suspended']).meta({ description: 'Suspended: none of its keys works' });
const name = z
	.string()
	.trim()
	.min(1)
	.max(200)
	.meta({ examples: ['nightly-reports'] });

export const ServiceAccount = z
	.object({
		id: z.uuid().lowercase().meta({ description: 'As `userId` of keys, role assignments and usage' }),
		name: z.string(),
		status,
		roles: z.array(z.string()),
		createdAt: timestamp,
	})
	.meta({ id: 'ServiceAccount' });

export const ServiceAccountList = listOf(ServiceAccount).meta({ id: 'ServiceAccountList' });

export const CreateServiceAccount = z
	.strictObject({
		name,
		role: z
			.string()
			.trim()
			.min(1)
			.max(100)
			.default('basic')
			.meta({ description: 'Name of a role, see GET /api/v1/roles' }),
	})
	.meta({ id: 'CreateServiceAccount' });
export type CreateServiceAccount = z.output<typeof CreateServiceAccount>;

export const UpdateServiceAccount = z
	.strictObject({ name: name.optional(), status: status.optional() })
	.meta({ id: 'UpdateServiceAccount' });
export type UpdateServiceAccount = z.output<typeof UpdateServiceAccount>;

export const ServiceAccountId = z.uuid().lowercase();
