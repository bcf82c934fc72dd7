import { z } from 'zod';
import { PageQuery } from '../edge/paged.js';
import { listOf } from '../edge/responds.decorator.js';
import { timestamp } from '../edge/timestamp.js';
import { newPassword } from '../edge/password.js';

const accountStatus = z.enum(['active', 'disabled']);
const membershipStatus = z.enum(['active', 'suspended']);
export const personName = z
	.string()
	.trim()
	.min(1)
	.max(200)
	.meta({ examples: ['Jane Doe'] });

export const User = z
	.object({
		id: z.uuid().lowercase(),
		email: z.string(),
		name: z.string(),
		status: accountStatus.meta({ description: 'Of the account, in every organization' }),
		membershipStatus: membershipStatus.meta({ description: 'In this organization' }),
		roles: z.array(z.string()),
		deleteAfter: timestamp.nullable().meta({ description: 'The account is closed, and erased after this' }),
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
		name: personName,
		password: newPassword
			.optional()
			.meta({ description: 'Without one the person chooses one: POST …/reset-password sends a mail' }),
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
		name: personName.optional(),
		status: accountStatus.optional(),
		membershipStatus: membershipStatus.optional(),
	})
	.meta({ id: 'UpdateUser' });
export type UpdateUser = z.output<typeof UpdateUser>;

export const UserId = z.uuid().lowercase();

export const UserQuery = PageQuery.extend({
	search: z.string().min(1).max(200).optional().meta({ description: 'Part of address or name' }),
	status: accountStatus.optional(),
	membershipStatus: membershipStatus.optional(),
	role: z.string().min(1).max(100).optional().meta({ description: 'Name of a role that they have' }),
});
export type UserQuery = z.output<typeof UserQuery>;

export const UpdateOwn = z.strictObject({ name: personName }).meta({ id: 'UpdateOwn' });
export type UpdateOwn = z.output<typeof UpdateOwn>;

const part = z.record(z.string(), z.unknown());

export const AccountExport = z
	.object({
		account: part,
		memberships: z.array(part),
		sessions: z.array(part),
		keys: z.array(part),
		invitations: z.array(part),
		usage: z.array(part),
		limits: z.array(part),
		budgets: z.array(part),
		folders: z.array(part),
		conversations: z.array(part),
		attachments: z.array(part),
		shareLinks: z.array(part),
		feedback: z.array(part),
	})
	.meta({ id: 'AccountExport' });

export const EndedSessions = z
	.object({ sessions: z.number().int().meta({ description: 'How many' }) })
	.meta({ id: 'EndedSessions' });
