import { z } from 'zod';

/** For the document only: the routes read tolerantly and pass unknown fields on. */
const name = z.string().meta({
	examples: ['llama3.2'],
	description: 'A model, or `provider/model` for one of several Ollama providers',
});
const named = { model: name.optional(), name: name.optional().meta({ description: 'The older name of `model`' }) };
const stream = z.boolean().nullish().meta({ description: 'True unless told otherwise' });

export const OllamaNamedRequest = z.looseObject(named).meta({ id: 'OllamaNamedRequest' });

export const OllamaPullRequest = z
	.looseObject({
		...named,
		stream,
		insecure: z.boolean().nullish().meta({ description: 'Needs the permission `providers:write`, too' }),
	})
	.meta({ id: 'OllamaPullRequest' });

export const OllamaCreateRequest = z
	.looseObject({
		...named,
		from: z.string().nullish(),
		files: z
			.record(z.string(), z.string())
			.nullish()
			.meta({ description: 'File names with the digests of their blobs' }),
		system: z.string().nullish(),
		template: z.string().nullish(),
		quantize: z.string().nullish(),
		stream,
	})
	.meta({ id: 'OllamaCreateRequest' });

export const OllamaCopyRequest = z.looseObject({ source: name, destination: name }).meta({ id: 'OllamaCopyRequest' });

export const OllamaProgress = z
	.looseObject({
		status: z.string().meta({ examples: ['success'] }),
		digest: z.string().optional(),
		total: z.int().optional(),
		completed: z.int().optional(),
	})
	.meta({ id: 'OllamaProgress' });
