import { z } from 'zod';
import { listOf } from '../edge/responds.decorator.js';
import { timestamp } from '../edge/timestamp.js';

export const SessionId = z.uuid().lowercase();

export const Session = z
	.object({
		id: z.uuid().lowercase(),
		organizationId: z.uuid().lowercase().meta({ description: 'Where it acts' }),
		ip: z.string().nullable(),
		userAgent: z.string().nullable(),
		isCurrent: z.boolean().meta({ description: 'The one that asks' }),
		createdAt: timestamp,
		lastUsedAt: timestamp,
		expiresAt: timestamp,
	})
	.meta({ id: 'Session' });

export const SessionList = listOf(Session).meta({ id: 'SessionList' });

export const Reauthenticate = z.strictObject({ password: z.string().min(1).max(1_024) }).meta({ id: 'Reauthenticate' });
export type Reauthenticate = z.output<typeof Reauthenticate>;
