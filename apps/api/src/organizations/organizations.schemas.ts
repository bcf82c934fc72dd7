import { z } from 'zod';
import { timestamp } from '../edge/timestamp.js';

export const Organization = z
	.object({
		id: z.uuid().lowercase(),
		slug: z.string(),
		name: z.string(),
		allowDroppedParams: z.boolean(),
		timeZone: z.string(),
		createdAt: timestamp,
	})
	.meta({ id: 'Organization' });

/** Offsets mean the opposite to PostgreSQL, so that only names are taken. */
function isZone(name: string): boolean {
	if (!/^[A-Za-z][\w/+-]*$/.test(name)) return false;
	try {
		return new Intl.DateTimeFormat('en', { timeZone: name }) instanceof Intl.DateTimeFormat;
	} catch {
		return false;
	}
}

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
		timeZone: z
			.string()
			.max(64)
			.refine(isZone, 'is no time zone')
			.optional()
			.meta({
				description: 'IANA name; where days, weeks and months of budgets in the zone of the organization begin',
				examples: ['Europe/Berlin'],
			}),
	})
	.meta({ id: 'UpdateOrganization' });
export type UpdateOrganization = z.output<typeof UpdateOrganization>;
