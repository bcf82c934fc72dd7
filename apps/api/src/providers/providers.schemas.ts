import { z } from 'zod';
import { providerKinds } from '#libs/providers';
import { listOf } from '../edge/responds.decorator.js';

export const CreateProvider = z
	.strictObject({
		name: z
			.string()
			.trim()
			.regex(/^[A-Za-z0-9][\w.-]{0,62}$/, 'must be 1 to 63 letters, digits, dots, dashes or underscores')
			.meta({ examples: ['vllm-1'] }),
		kind: z.enum(providerKinds).exclude(['echo']),
		baseUrl: z
			.url({ protocol: /^https?$/ })
			.refine((url) => !url.includes('@') && !/[?#]/.test(url), 'must not hold credentials, a query or a fragment')
			.transform((url) => url.replace(/\/+$/, ''))
			.meta({
				description: "Where the upstream is; for OpenAI's protocol with its /v1",
				examples: ['https://llm.example.com/v1'],
			}),
		apiKey: z.string().min(1).max(4_096).optional().meta({ description: 'Sent to the upstream; never shown again' }),
	})
	.meta({ id: 'CreateProvider' });
export type CreateProvider = z.output<typeof CreateProvider>;

const timestamp = z
	.date()
	.transform((date) => date.toISOString())
	.pipe(z.iso.datetime());

export const Provider = z
	.object({
		id: z.uuid(),
		name: z.string(),
		kind: z.enum(providerKinds),
		baseUrl: z.string(),
		isEnabled: z.boolean(),
		credentialLast4: z.string().nullable(),
		createdAt: timestamp,
	})
	.meta({ id: 'Provider' });

export const ProviderList = listOf(Provider).meta({ id: 'ProviderList' });

export const ProviderId = z.uuid();
