import { z } from 'zod';

/** For the document only: the routes read tolerantly and pass unknown fields on. */
const message = z.looseObject({
	role: z.enum(['system', 'user', 'assistant', 'tool']),
	content: z.string().optional(),
	thinking: z.string().optional(),
	images: z.array(z.string()).optional().meta({ description: 'Bare base64' }),
	tool_calls: z
		.array(z.looseObject({ function: z.looseObject({ name: z.string(), arguments: z.looseObject({}) }) }))
		.optional(),
	tool_name: z.string().optional(),
});

const model = z.string().meta({ examples: ['echo'] });

/** What `chat` and `generate` take. */
const wishes = {
	stream: z.boolean().nullish().meta({ description: 'True unless told otherwise' }),
	format: z
		.union([z.literal(['json', '']), z.looseObject({})])
		.nullish()
		.meta({ description: '"json", or a JSON schema that the answer keeps to' }),
	options: z.looseObject({ num_predict: z.int().optional(), temperature: z.number().optional() }).nullish(),
	think: z
		.union([z.boolean(), z.enum(['low', 'medium', 'high', 'max'])])
		.nullish()
		.meta({ description: 'Whether a thinking model thinks, and how much' }),
	keep_alive: z
		.union([z.string(), z.number()])
		.nullish()
		.meta({ description: 'How long an Ollama upstream keeps the model loaded; 0 unloads it' }),
	logprobs: z.boolean().nullish(),
	top_logprobs: z.int().min(0).max(20).nullish(),
};

export const OllamaChatRequest = z
	.looseObject({
		model,
		messages: z.array(message).meta({ examples: [[{ role: 'user', content: 'Hello' }]] }),
		tools: z.array(z.looseObject({ type: z.string() })).nullish(),
		...wishes,
	})
	.meta({ id: 'OllamaChatRequest' });

/** What the final line of a generation adds. */
const final = {
	model: z.string(),
	created_at: z.string(),
	done: z.boolean(),
	done_reason: z.string().optional(),
	prompt_eval_count: z.int().optional().meta({ description: 'Absent where the upstream does not know' }),
	eval_count: z.int().optional(),
};

export const OllamaChat = z.looseObject({ message, ...final }).meta({ id: 'OllamaChat' });

export const OllamaGenerateRequest = z
	.looseObject({
		model,
		prompt: z
			.string()
			.nullish()
			.meta({ examples: ['Hello'] }),
		suffix: z.string().nullish(),
		system: z.string().nullish(),
		template: z.string().nullish(),
		context: z.array(z.int()).nullish(),
		raw: z.boolean().nullish(),
		images: z.array(z.string()).nullish().meta({ description: 'Bare base64' }),
		...wishes,
	})
	.meta({ id: 'OllamaGenerateRequest' });

export const OllamaGenerate = z
	.looseObject({ response: z.string(), thinking: z.string().optional(), ...final })
	.meta({ id: 'OllamaGenerate' });

export const OllamaEmbeddingsRequest = z
	.looseObject({ model, prompt: z.string().meta({ examples: ['Hello'] }) })
	.meta({ id: 'OllamaEmbeddingsRequest' });

export const OllamaEmbeddings = z.looseObject({ embedding: z.array(z.number()) }).meta({ id: 'OllamaEmbeddings' });

export const OllamaEmbedRequest = z
	.looseObject({
		model,
		input: z.union([z.string(), z.array(z.string())]).meta({ examples: ['Hello'] }),
		dimensions: z.int().positive().nullish(),
	})
	.meta({ id: 'OllamaEmbedRequest' });

export const OllamaEmbed = z
	.looseObject({ model: z.string(), embeddings: z.array(z.array(z.number())) })
	.meta({ id: 'OllamaEmbed' });

const details = z.looseObject({
	family: z.string(),
	parameter_size: z.string(),
	quantization_level: z.string(),
	context_length: z.int().optional(),
});

export const OllamaShowRequest = z
	.looseObject({
		model: z
			.string()
			.optional()
			.meta({ examples: ['echo'] }),
		name: z.string().optional().meta({ description: 'The older name of `model`' }),
		verbose: z.boolean().nullish(),
	})
	.meta({ id: 'OllamaShowRequest' });

export const OllamaShow = z
	.looseObject({
		details,
		model_info: z.looseObject({ 'general.architecture': z.string() }),
		capabilities: z.array(z.string()).meta({ examples: [['completion', 'tools']] }),
		modified_at: z.string(),
	})
	.meta({ id: 'OllamaShow' });

export const OllamaRunning = z
	.looseObject({
		models: z.array(z.looseObject({ name: z.string(), model: z.string(), size: z.int(), expires_at: z.string() })),
	})
	.meta({ id: 'OllamaRunning' });

export const OllamaTags = z
	.looseObject({
		models: z.array(
			z.looseObject({
				name: z.string(),
				model: z.string(),
				modified_at: z.string(),
				size: z.int(),
				digest: z.string(),
			}),
		),
	})
	.meta({ id: 'OllamaTags' });

export const OllamaVersion = z.looseObject({ version: z.string() }).meta({ id: 'OllamaVersion' });
