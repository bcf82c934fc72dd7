import { z } from 'zod';

const part = z.string().regex(/^[\w-]{43}$/);

export const JsonWebKeySet = z
	.object({
		keys: z.array(
			z.object({
				kid: z.string(),
				use: z.literal('sig'),
				alg: z.literal('ES256'),
				kty: z.literal('EC'),
				crv: z.literal('P-256'),
				x: part,
				y: part,
			}),
		),
	})
	.meta({ id: 'JsonWebKeySet' });
