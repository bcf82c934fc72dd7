import { z } from 'zod';
import { timestamp } from '../edge/timestamp.js';

export const Organization = z
	.object({ id: z.uuid(), slug: z.string(), name: z.string(), createdAt: timestamp })
	.meta({ id: 'Organization' });

export const UpdateOrganization = z
	.strictObject({
		name: z
			.string()
			.trim()
			.min(1)
			.max(200)
			.meta({ examples: ['Example Ltd'] }),
	})
	.meta({ id: 'UpdateOrganization' });
export type UpdateOrganization = z.output<typeof UpdateOrganization>;
