import { z } from 'zod';
import { chargePolicies } from '#libs/metering';
import { email } from '../auth/passwords.schemas.js';
import { timeZone } from '../edge/time-zone.js';
import { timestamp } from '../edge/timestamp.js';

export const Organization = z
	.object({
		id: z.uuid().lowercase(),
		slug: z.string(),
		name: z.string(),
		allowDroppedParams: z.boolean(),
		timeZone: z.string(),
		chargeInterrupted: z.enum(chargePolicies),
		createdAt: timestamp,
	})
	.meta({ id: 'Organization' });

const name = z
	.string()
	.trim()
	.min(1)
	.max(200)
	.meta({ examples: ['Example Ltd'] });

export const OpenOrganization = z
	.strictObject({ name, ownerEmail: email.meta({ description: 'Who is invited to be its owner' }) })
	.meta({ id: 'OpenOrganization', examples: [{ name: 'Example Ltd', ownerEmail: 'owner@example.com' }] });
export type OpenOrganization = z.output<typeof OpenOrganization>;

export const UpdateOrganization = z
	.strictObject({
		name: name.optional(),
		allowDroppedParams: z.boolean().optional().meta({
			description:
				"Leave out what an upstream's protocol lacks and name it in x-parallama-dropped-params, instead of refusing the call",
		}),
		timeZone: timeZone.optional().meta({
			description: 'IANA name; where days, weeks and months of budgets in the zone of the organization begin',
			examples: ['Europe/Berlin'],
		}),
		chargeInterrupted: z.enum(chargePolicies).optional().meta({
			description:
				'What is charged for calls that did not come to their end: as much as the client was sent, what the upstream used, or the same but nothing before the first token',
		}),
	})
	.meta({ id: 'UpdateOrganization', examples: [{ timeZone: 'Europe/Berlin', chargeInterrupted: 'upstream' }] });
export type UpdateOrganization = z.output<typeof UpdateOrganization>;
