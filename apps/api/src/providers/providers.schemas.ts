import { z } from 'zod';
import { connectionTestCodes, DEFAULT_SETTINGS, providerKinds, ProviderSettingsInput } from '#libs/providers';
import { listOf } from '../edge/responds.decorator.js';
import { timestamp } from '../edge/timestamp.js';
import { apiKey } from './credentials.schemas.js';

const Settings = ProviderSettingsInput.meta({ id: 'ProviderSettings' });

const name = z
	.string()
	.trim()
	.regex(/^[A-Za-z0-9][\w.-]{0,62}$/, 'must be 1 to 63 letters, digits, dots, dashes or underscores')
	.meta({ examples: ['vllm-1'] });

const kind = z.enum(providerKinds).exclude(['echo']);

/** Stored as the parser of the connections writes it: what is shown is where calls go. */
const baseUrl = z
	.string()
	.max(2_048)
	.regex(/^[^\s\\@?#\p{Cc}]+$/u, 'must not hold credentials, a query, a fragment, spaces or backslashes')
	.pipe(z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }))
	.transform((url) => new URL(url).href.replace(/(?<!\/)\/+$/, ''))
	.meta({
		description: "Where the upstream is; for OpenAI's protocol with its /v1",
		examples: ['https://llm.example.com/v1'],
	});

const isShared = z
	.boolean()
	.meta({ description: 'With all organizations; can be set in the system organization only' });

export const CreateProvider = z
	.strictObject({
		name,
		kind,
		baseUrl,
		apiKey: apiKey.optional(),
		settings: Settings.default(DEFAULT_SETTINGS),
		isShared: isShared.default(false),
	})
	.meta({ id: 'CreateProvider' });
export type CreateProvider = z.output<typeof CreateProvider>;

export const UpdateProvider = z
	.strictObject({
		name: name.optional(),
		kind: kind.optional(),
		baseUrl: baseUrl.optional(),
		apiKey: apiKey.nullable().optional().meta({
			description: 'Replaces all stored credentials; null removes them. Needed when baseUrl or kind change',
		}),
		settings: Settings.optional().meta({ description: 'Replaces all settings' }),
		isEnabled: z.boolean().optional(),
		isShared: isShared.optional(),
	})
	.meta({ id: 'UpdateProvider' });
export type UpdateProvider = z.output<typeof UpdateProvider>;

export const Provider = z
	.object({
		id: z.uuid().lowercase(),
		name: z.string(),
		kind: z.enum(providerKinds),
		baseUrl: z.string(),
		settings: Settings,
		isEnabled: z.boolean(),
		isShared: z.boolean(),
		credentialLast4: z.string().nullable().meta({ description: 'Of the credential that is tried first' }),
		credentialCount: z.int().meta({ description: 'Enabled credentials' }),
		createdAt: timestamp,
		updatedAt: timestamp,
	})
	.meta({ id: 'Provider' });

export const ProviderList = listOf(Provider).meta({ id: 'ProviderList' });

export const ProviderTest = z
	.object({
		code: z.enum(connectionTestCodes).meta({
			description: '`unreachable` is also said of addresses that may not be reached, after the same time',
		}),
		latencyMs: z.int().nullable(),
		modelCount: z.int().nullable(),
	})
	.meta({ id: 'ProviderTest' });

export const ProviderId = z.uuid().lowercase();
