import { z } from 'zod';
import { timestamp } from '../edge/timestamp.js';

export const Organization = z
	.object({
		id: z.uuid().lowercase(),
		slug: z.string(),
		name: z.string(),
		allowDroppedParams: z.boolean(),
		createdAt: timestamp,
	})
	.meta({ id: 'Organization' });

export const UpdateOrganization = z
	.strictObject({
		name: z
			.string()
			.trim()
			.min(1)
			.max(200)
			.optional()
			.meta({ examples: ['Example Ltd'] }),
		allowDroppedParams: z.boolean().optional().meta({
			description:
				"Leave out what an upstream's protocol lacks and name it in x-parallama-dropped-params, instead of refusing the call",
		}),
	})
	.meta({ id: 'UpdateOrganization' });
export type UpdateOrganization = z.output<typeof UpdateOrganization>;
