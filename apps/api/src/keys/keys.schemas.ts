import { z } from 'zod';
import { listOf } from '../edge/responds.decorator.js';
import { timestamp } from '../edge/timestamp.js';

const key = z.object({
	id: z.uuid(),
	keyId: z
		.string()
		.meta({ description: 'The public part of the key, by which it is recognised', examples: ['3xK9aQ2mPz7B'] }),
	name: z.string(),
	userId: z.uuid().meta({ description: 'The owner: what they may not do, the key may not do' }),
	projectId: z.uuid(),
	scopes: z.array(z.string()).nullable().meta({ description: '`null`: all that its owner may do' }),
	expiresAt: timestamp.nullable(),
	revokedAt: timestamp.nullable(),
	createdAt: timestamp,
});

export const ApiKey = key.meta({ id: 'ApiKey' });
export const ApiKeyList = listOf(ApiKey).meta({ id: 'ApiKeyList' });

export const IssuedApiKey = key
	.extend({ apiKey: z.string().meta({ description: 'The key itself: shown this once' }) })
	.meta({ id: 'IssuedApiKey' });

export const CreateApiKey = z
	.strictObject({
		name: z
			.string()
			.trim()
			.min(1)
			.max(200)
			.meta({ examples: ['ci'] }),
		userId: z.uuid().optional().meta({ description: 'The owner, by default the caller; else needs keys:write_all' }),
		projectId: z.uuid().optional().meta({ description: "By default the caller's project" }),
		scopes: z
			.array(z.string().min(1).max(100))
			.max(100)
			.nullable()
			.default(null)
			.meta({
				description: 'Permissions it is limited to; `null`: all that its owner may do',
				examples: [['models:use']],
			}),
		expiresAt: z.iso
			.datetime({ offset: true })
			.transform((text) => new Date(text))
			.nullable()
			.default(null),
	})
	.meta({ id: 'CreateApiKey' });
export type CreateApiKey = z.output<typeof CreateApiKey>;

export const ApiKeyId = z.uuid();
