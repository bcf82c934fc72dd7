import { z } from 'zod';
import { protocols } from '#libs/providers';
import { PageQuery } from '../edge/paged.js';
import { listOf } from '../edge/responds.decorator.js';
import { timestamp } from '../edge/timestamp.js';

const pattern = z.string().min(1).max(256);
const patterns = z.array(pattern).max(100);

/** What roles and keys say of dialects and models. */
export const ModelRule = z
	.strictObject({
		dialects: z
			.array(z.enum(protocols))
			.max(protocols.length)
			.nullable()
			.default(null)
			.meta({ description: '`null`: all' }),
		allow: patterns
			.nullable()
			.default(null)
			.meta({
				description: 'Patterns of model names, `*` for any text and `?` for one character; `null`: all',
				examples: [['llama3*']],
			}),
		deny: patterns.default([]).meta({ description: 'Patterns that win over `allow`, in upper or lower case' }),
	})
	.meta({ id: 'ModelRule' });

export const ModelRuleShown = z
	.object({
		dialects: z.array(z.string()).nullable(),
		allow: z.array(z.string()).nullable(),
		deny: z.array(z.string()),
	})
	.meta({ id: 'ModelRuleShown' });

export const Role = z
	.object({
		id: z.uuid().lowercase(),
		name: z.string(),
		description: z.string(),
		isBuiltIn: z.boolean(),
		permissions: z.array(z.string()),
		models: ModelRuleShown.meta({ description: 'What `models:use` is limited to' }),
		createdAt: timestamp,
	})
	.meta({ id: 'Role' });

export const RoleList = listOf(Role).meta({ id: 'RoleList' });

const name = z
	.string()
	.trim()
	.min(1)
	.max(100)
	.meta({ examples: ['analyst'] });
const description = z.string().trim().max(500);
const permissionNames = z
	.array(z.string().min(1).max(100))
	.max(100)
	.meta({ description: 'Of GET /api/v1/roles/permissions', examples: [['models:read', 'models:use']] });

export const CreateRole = z
	.strictObject({
		name,
		description: description.default(''),
		permissions: permissionNames,
		models: ModelRule.default({ dialects: null, allow: null, deny: [] }),
	})
	.meta({ id: 'CreateRole' });
export type CreateRole = z.output<typeof CreateRole>;

export const UpdateRole = z
	.strictObject({
		name: name.optional(),
		description: description.optional(),
		permissions: permissionNames.optional(),
		models: ModelRule.optional(),
	})
	.meta({ id: 'UpdateRole' });
export type UpdateRole = z.output<typeof UpdateRole>;

export const PermissionList = z
	.object({
		items: z.array(
			z.object({
				name: z.string(),
				description: z.string(),
				isForKeys: z.boolean().meta({ description: 'Whether an API key can have it' }),
				isForProjects: z.boolean().meta({ description: 'Whether a role that is given in one project brings it' }),
			}),
		),
		nextCursor: z.null(),
	})
	.meta({ id: 'PermissionList' });

export const Assignment = z
	.object({
		id: z.uuid().lowercase(),
		userId: z.uuid().lowercase().meta({ description: 'A person or a service account' }),
		roleId: z.uuid().lowercase(),
		roleName: z.string(),
		projectId: z.uuid().lowercase().nullable().meta({ description: '`null`: the whole organization' }),
		expiresAt: timestamp.nullable().meta({ description: '`null`: for good' }),
		createdAt: timestamp,
	})
	.meta({ id: 'RoleAssignment' });

export const AssignmentList = listOf(Assignment).meta({ id: 'RoleAssignmentList' });

export const AssignmentQuery = PageQuery.extend({
	userId: z.uuid().lowercase().optional(),
	roleId: z.uuid().lowercase().optional(),
	projectId: z.uuid().lowercase().optional(),
});
export type AssignmentQuery = z.output<typeof AssignmentQuery>;

export const AssignRole = z
	.strictObject({
		userId: z.uuid().lowercase().meta({ description: 'A person or a service account of the organization' }),
		roleId: z.uuid().lowercase(),
		projectId: z
			.uuid()
			.lowercase()
			.optional()
			.meta({ description: 'In this project only: models, conversations, own keys and own usage' }),
		expiresAt: z.iso
			.datetime({ offset: true })
			.transform((text) => new Date(text))
			.nullable()
			.default(null),
	})
	.meta({ id: 'AssignRole' });
export type AssignRole = z.output<typeof AssignRole>;

export const RoleId = z.uuid().lowercase();
