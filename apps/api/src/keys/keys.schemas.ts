import { z } from 'zod';
import { isAddressRange } from '#libs/keys';
import { listOf } from '../edge/responds.decorator.js';
import { timestamp } from '../edge/timestamp.js';
import { ModelRule, ModelRuleShown } from '../roles/roles.schemas.js';

const key = z.object({
	id: z.uuid().lowercase(),
	keyId: z
		.string()
		.meta({ description: 'The public part of the key, by which it is recognised', examples: ['3xK9aQ2mPz7B'] }),
	name: z.string(),
	userId: z
		.uuid()
		.lowercase()
		.meta({ description: 'The owner, a person or a service account: what they may not do, the key may not' }),
	projectId: z.uuid().lowercase(),
	parentKeyId: z
		.uuid()
		.lowercase()
		.nullable()
		.meta({ description: 'The key that made it: it never does more than that one' }),
	scopes: z.array(z.string()).nullable().meta({ description: '`null`: all that its owner may do' }),
	models: ModelRuleShown,
	ipRanges: z.array(z.string()).nullable().meta({ description: '`null`: from anywhere' }),
	metadata: z.record(z.string(), z.string()),
	expiresAt: timestamp.nullable(),
	revokedAt: timestamp.nullable(),
	lastUsedAt: timestamp.nullable().meta({ description: 'Of the current secret; up to ten seconds late' }),
	previousSecret: z
		.object({ expiresAt: timestamp, lastUsedAt: timestamp.nullable() })
		.nullable()
		.meta({ description: 'The secret before the last rotation, while it works' }),
	createdAt: timestamp,
});

export const ApiKey = key.meta({ id: 'ApiKey' });
export const ApiKeyList = listOf(ApiKey).meta({ id: 'ApiKeyList' });

export const IssuedApiKey = key
	.extend({ apiKey: z.string().meta({ description: 'The key itself: shown this once' }) })
	.meta({ id: 'IssuedApiKey' });

const name = z
	.string()
	.trim()
	.min(1)
	.max(200)
	.meta({ examples: ['ci'] });
const scopes = z
	.array(z.string().min(1).max(100))
	.max(100)
	.nullable()
	.meta({
		description: 'Permissions it is limited to; `null`: all that its owner may do',
		examples: [['models:use']],
	});
const ipRanges = z
	.array(z.string().max(50).refine(isAddressRange, 'must be an address or a CIDR range, such as 10.0.0.0/8'))
	.min(1)
	.max(50)
	.nullable()
	.meta({ description: 'Addresses and CIDR ranges that it works from; `null`: anywhere', examples: [['10.0.0.0/8']] });
const metadata = z
	.record(z.string().min(1).max(50), z.string().max(500))
	.refine((record) => Object.keys(record).length <= 20, 'must have at most 20 entries')
	.meta({ description: 'Anything of yours', examples: [{ team: 'search' }] });
const expiresAt = z.iso
	.datetime({ offset: true })
	.transform((text) => new Date(text))
	.nullable();

export const CreateApiKey = z
	.strictObject({
		name,
		userId: z.uuid().lowercase().optional().meta({
			description: 'The owner, a person or a service account, by default the caller; else needs keys:write_all',
		}),
		projectId: z.uuid().lowercase().optional().meta({ description: "By default the caller's project" }),
		scopes: scopes.default(null),
		models: ModelRule.default({ dialects: null, allow: null, deny: [] }),
		ipRanges: ipRanges.default(null),
		metadata: metadata.default({}),
		expiresAt: expiresAt.default(null),
	})
	.meta({ id: 'CreateApiKey' });
export type CreateApiKey = z.output<typeof CreateApiKey>;

export const UpdateApiKey = z
	.strictObject({
		name: name.optional(),
		scopes: scopes.optional(),
		models: ModelRule.optional(),
		ipRanges: ipRanges.optional(),
		metadata: metadata.optional(),
		expiresAt: expiresAt.optional(),
	})
	.meta({ id: 'UpdateApiKey' });
export type UpdateApiKey = z.output<typeof UpdateApiKey>;

const THIRTY_DAYS = 2_592_000;

export const RotateApiKey = z
	.strictObject({
		overlapSeconds: z
			.number()
			.int()
			.min(0)
			.max(THIRTY_DAYS)
			.default(86_400)
			.meta({ description: 'How long the secret until now works on; 0 ends it at once' }),
	})
	.nullish()
	.transform((body) => body ?? { overlapSeconds: 86_400 })
	.meta({ id: 'RotateApiKey' });
export type RotateApiKey = z.output<typeof RotateApiKey>;

export const ApiKeyId = z.uuid().lowercase();
