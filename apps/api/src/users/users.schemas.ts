import { z } from 'zod';
import { listOf } from '../edge/responds.decorator.js';
import { timestamp } from '../edge/timestamp.js';

const accountStatus = z.enum(['active', 'disabled']);
const membershipStatus = z.enum(['active', 'suspended']);
const name = z
	.string()
	.trim()
	.min(1)
	.max(200)
	.meta({ examples: ['Jane Doe'] });

export const User = z
	.object({
		id: z.uuid(),
		email: z.string(),
		name: z.string(),
		status: accountStatus.meta({ description: 'Of the account, in every organization' }),
		membershipStatus: membershipStatus.meta({ description: 'In this organization' }),
		roles: z.array(z.string()),
		createdAt: timestamp,
	})
	.meta({ id: 'User' });

export const UserList = listOf(User).meta({ id: 'UserList' });

export const CreateUser = z
	.strictObject({
		email: z
			.email()
			.max(254)
			.meta({ examples: ['jane@example.com'] }),
		name,
		password: z.string().min(1).max(1_024).meta({ description: '15 to 256 characters, not easy to guess' }),
		role: z
			.string()
			.trim()
			.min(1)
			.max(100)
			.default('basic')
			.meta({ description: 'Name of a role, see GET /api/v1/roles' }),
	})
	.meta({ id: 'CreateUser' });
export type CreateUser = z.output<typeof CreateUser>;

export const UpdateUser = z
	.strictObject({
		name: name.optional(),
		status: accountStatus.optional(),
		membershipStatus: membershipStatus.optional(),
	})
	.meta({ id: 'UpdateUser' });
export type UpdateUser = z.output<typeof UpdateUser>;

export const UserId = z.uuid();
