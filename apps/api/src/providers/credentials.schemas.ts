import { z } from 'zod';
import { listOf } from '../edge/responds.decorator.js';
import { timestamp } from '../edge/timestamp.js';

/** Goes into a header as it is. */
export const apiKey = z
	.string()
	.min(1)
	.max(4_096)
	.regex(/^[\x21-\x7e]+$/, 'must be visible ASCII characters without spaces')
	.meta({ description: 'Sent to the upstream; never shown again' });

const label = z
	.string()
	.trim()
	.max(100)
	.meta({ examples: ['second account'] });
const priority = z.int().min(0).max(1_000).meta({ description: 'The lowest is tried first' });

export const CreateCredential = z
	.strictObject({ apiKey, label: label.default(''), priority: priority.default(0) })
	.meta({ id: 'CreateCredential' });
export type CreateCredential = z.output<typeof CreateCredential>;

export const UpdateCredential = z
	.strictObject({ label: label.optional(), priority: priority.optional(), isEnabled: z.boolean().optional() })
	.meta({ id: 'UpdateCredential' });
export type UpdateCredential = z.output<typeof UpdateCredential>;

export const Credential = z
	.object({
		id: z.uuid().lowercase(),
		label: z.string(),
		last4: z.string().meta({ description: 'Empty for a secret of less than 16 characters' }),
		isEnabled: z.boolean(),
		priority: z.int(),
		createdAt: timestamp,
		updatedAt: timestamp,
	})
	.meta({ id: 'Credential' });

export const CredentialList = listOf(Credential).meta({ id: 'CredentialList' });

export const CredentialId = z.uuid().lowercase();
