import { z } from 'zod';

const timeout = (meaning: string) =>
	z
		.int()
		.min(1)
		.max(86_400_000)
		.nullable()
		.default(null)
		.meta({ description: `${meaning}; null: the installation's` });

const keepAlive = z
	.string()
	.regex(/^-?\d{1,9}(?:ms|s|m|h)?$/, 'must be a duration such as 5m, or -1 for ever')
	.nullable()
	.default(null)
	.meta({ description: 'How long Ollama keeps a model loaded after a call', examples: ['30m'] });

const perModel = {
	firstByteTimeoutMs: timeout('Milliseconds until the first byte'),
	idleTimeoutMs: timeout('Longest silence inside an answer, in milliseconds'),
	totalTimeoutMs: timeout('Longest duration of a call, in milliseconds'),
	keepAlive,
};

const shape = {
	...perModel,
	connectTimeoutMs: timeout('Milliseconds to connect'),
	onDisconnect: z.enum(['cancel', 'drain']).default('cancel').meta({
		description: 'When a client leaves: end the call at the upstream, or read on to learn what it will be billed',
	}),
	maxConcurrency: z
		.int()
		.min(1)
		.max(100_000)
		.nullable()
		.default(null)
		.meta({ description: 'Calls under way at once; null: no limit' }),
	queueLimit: z
		.int()
		.min(0)
		.max(100_000)
		.nullable()
		.default(null)
		.meta({ description: 'Calls that may wait for a place; null: the default of the gateway' }),
	queueTimeoutMs: timeout('Longest wait for a place, in milliseconds'),
	variant: z
		.enum(['standard', 'azure'])
		.default('standard')
		.meta({ description: "Form of the URLs: Azure's hold the deployment and ask for an API version" }),
	apiVersion: z
		.string()
		.regex(/^[\w.-]{1,64}$/)
		.nullable()
		.default(null)
		.meta({ description: "Azure's `api-version`, or Anthropic's version header", examples: ['2024-10-21'] }),
	credentialHeader: z
		.enum(['authorization', 'api-key', 'x-api-key'])
		.nullable()
		.default(null)
		.meta({ description: 'Header that carries the credential; null: the usual one of the kind' }),
};

const modelName = z.string().min(1).max(256);

/** As callers send them: what is unknown is refused. */
export const ProviderSettingsInput = z.strictObject({
	...shape,
	models: z
		.record(modelName, z.strictObject(perModel))
		.default({})
		.refine((models) => Object.keys(models).length <= 200, 'must name at most 200 models')
		.meta({ description: 'Other values for single models' }),
});

const stored = z.object({ ...shape, models: z.record(modelName, z.object(perModel)).default({}) });

/** How a provider is used beyond its address; frozen. Milliseconds; `null`: not set here. */
export type ProviderSettings = z.output<typeof ProviderSettingsInput>;
export type ModelSettings = ProviderSettings['models'][string];

/** Settings as they are stored, also by another release: what is not known is left out, what is missing has its default. */
export const readSettings = (value: unknown): ProviderSettings => Object.freeze(stored.parse(value));

export const DEFAULT_SETTINGS: ProviderSettings = readSettings({});
