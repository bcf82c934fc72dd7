import { z } from 'zod';
import { code, email } from '../auth/passwords.schemas.js';
import { newPassword } from '../edge/password.js';
import { listOf } from '../edge/responds.decorator.js';
import { timestamp } from '../edge/timestamp.js';
import { personName } from '../users/users.schemas.js';

export const Invitation = z
	.object({
		id: z.uuid().lowercase(),
		email: z.string(),
		role: z.string(),
		status: z.enum(['open', 'accepted', 'revoked', 'expired']),
		expiresAt: timestamp,
		createdAt: timestamp,
	})
	.meta({ id: 'Invitation' });

export const InvitationList = listOf(Invitation).meta({ id: 'InvitationList' });

export const CreateInvitation = z
	.strictObject({
		email,
		role: z
			.string()
			.trim()
			.min(1)
			.max(100)
			.default('basic')
			.meta({ description: 'Name of a role, see GET /api/v1/roles' }),
	})
	.meta({ id: 'CreateInvitation' });
export type CreateInvitation = z.output<typeof CreateInvitation>;

export const AcceptInvitation = z
	.strictObject({
		code,
		name: personName.optional().meta({ description: 'Of a new account' }),
		password: newPassword.optional().meta({ description: 'Of a new account; with one sign in instead' }),
	})
	.meta({ id: 'AcceptInvitation' });
export type AcceptInvitation = z.output<typeof AcceptInvitation>;

export const InvitationId = z.uuid().lowercase();
