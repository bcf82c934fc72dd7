import { z } from 'zod';
import { type Permission, permissions } from '#libs/access';
import { protocols } from '#libs/providers';
import { timestamp } from '../edge/timestamp.js';
import { ModelRuleShown } from '../roles/roles.schemas.js';

const permission = z.enum(Object.keys(permissions) as [Permission, ...Permission[]]);

export const ExplainAccess = z
	.strictObject({
		userId: z
			.uuid()
			.lowercase()
			.optional()
			.meta({ description: 'By default the caller; somebody else needs users:read' }),
		keyId: z
			.uuid()
			.lowercase()
			.optional()
			.meta({ description: 'Id of an API key; of somebody else it needs keys:read_all' }),
		projectId: z
			.uuid()
			.lowercase()
			.optional()
			.meta({ description: "By default the caller's project; a key has its own" }),
		permission: permission.default('models:use'),
		dialect: z.enum(protocols).optional().meta({ description: 'With a model by default `openai`' }),
		model: z.string().min(1).max(256).optional(),
		ip: z.union([z.ipv4(), z.ipv6()]).optional().meta({ description: 'Where a key would be used from' }),
	})
	.refine(({ userId, keyId }) => userId === undefined || keyId === undefined, 'takes a user or a key, not both')
	.meta({ id: 'ExplainAccess' });
export type ExplainAccess = z.output<typeof ExplainAccess>;

export const AccessExplanation = z
	.object({
		isAllowed: z.boolean(),
		checks: z
			.array(z.object({ check: z.string(), isPassed: z.boolean(), message: z.string() }))
			.meta({ description: 'Each must pass; for a key also those of the keys that it was made by' }),
		grants: z
			.array(
				z.object({
					assignmentId: z.uuid().lowercase(),
					roleId: z.uuid().lowercase(),
					roleName: z.string(),
					projectId: z.uuid().lowercase().nullable(),
					expiresAt: timestamp.nullable(),
					models: ModelRuleShown,
				}),
			)
			.meta({ description: 'Roles that bring the permission' }),
	})
	.meta({ id: 'AccessExplanation' });
