import { z } from 'zod';
import { promptVisibilities, variableTypes } from '#libs/prompts';
import { PageQuery } from '../edge/paged.js';
import { listOf } from '../edge/responds.decorator.js';
import { timestamp } from '../edge/timestamp.js';

export const PromptId = z.uuid().lowercase();
export const Label = z
	.string()
	.regex(/^[a-z][a-z0-9-]{0,49}$/)
	.meta({ examples: ['production'] });
export const VersionNumber = z.coerce.number().int().min(1).max(1_000_000_000);

const value = z.union([z.string().max(200_000), z.number(), z.boolean()]);
const name = z.string().trim().min(1).max(200);
const description = z.string().trim().max(2_000);
const visibility = z
	.enum(promptVisibilities)
	.meta({ description: '`shared`: everybody in the organization reads and renders it' });

const Variable = z
	.strictObject({
		name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/),
		type: z.enum(variableTypes),
		description: z.string().max(500).optional(),
		default: value.optional().meta({ description: 'Without one a value is needed' }),
		choices: z
			.array(z.string().min(1).max(200))
			.min(1)
			.max(100)
			.optional()
			.meta({ description: 'Of the type `choice`' }),
	})
	.meta({ id: 'PromptVariable' });

const version = {
	template: z
		.string()
		.min(1)
		.max(200_000)
		.meta({
			description: '`{{name}}` is where a variable stands',
			examples: ['Translate into {{language}}: {{text}}'],
		}),
	variables: z.array(Variable).max(50).default([]),
	model: z.string().trim().min(1).max(256).nullable().default(null),
	note: z.string().max(1_000).default(''),
};
const example = {
	template: 'Translate into {{language}}: {{text}}',
	variables: [
		{ name: 'language', type: 'text' },
		{ name: 'text', type: 'text' },
	],
};

export const CreatePrompt = z
	.strictObject({ name, description: description.default(''), visibility: visibility.default('personal'), ...version })
	.meta({ id: 'CreatePrompt', examples: [{ name: 'Translation', ...example }] });
export type CreatePrompt = z.output<typeof CreatePrompt>;

export const UpdatePrompt = z
	.strictObject({ name: name.optional(), description: description.optional(), visibility: visibility.optional() })
	.meta({ id: 'UpdatePrompt' });
export type UpdatePrompt = z.output<typeof UpdatePrompt>;

export const AddPromptVersion = z.strictObject(version).meta({ id: 'AddPromptVersion', examples: [example] });
export type AddPromptVersion = z.output<typeof AddPromptVersion>;

export const PutLabel = z.strictObject({ version: z.int().min(1).max(1_000_000_000) }).meta({ id: 'PutPromptLabel' });
export type PutLabel = z.output<typeof PutLabel>;

export const RenderPrompt = z
	.strictObject({
		values: z.record(z.string().max(64), value).default({}),
		version: z.int().min(1).max(1_000_000_000).optional().meta({ description: 'By default the latest' }),
		label: Label.optional(),
	})
	.refine(({ version, label }) => version === undefined || label === undefined, 'takes a version or a label, not both')
	.meta({ id: 'RenderPrompt', examples: [{ values: { text: 'Guten Tag' } }] });
export type RenderPrompt = z.output<typeof RenderPrompt>;

export const Prompt = z
	.object({
		id: PromptId,
		name: z.string(),
		description: z.string(),
		visibility,
		isBuiltIn: z.boolean().meta({ description: 'Comes with the installation' }),
		isOwn: z.boolean(),
		latestVersion: z.int(),
		labels: z.record(z.string(), z.int()).meta({ description: 'Names of versions' }),
		createdAt: timestamp,
		updatedAt: timestamp,
	})
	.meta({ id: 'Prompt' });
export const PromptList = listOf(Prompt).meta({ id: 'PromptList' });

export const PromptVersion = z
	.object({
		version: z.int(),
		template: z.string(),
		variables: z.array(Variable),
		model: z.string().nullable(),
		note: z.string(),
		createdAt: timestamp,
	})
	.meta({ id: 'PromptVersion' });
export const PromptVersionList = z
	.object({ items: z.array(PromptVersion), nextCursor: z.null() })
	.meta({ id: 'PromptVersionList' });

export const RenderedPrompt = z
	.object({ text: z.string(), model: z.string().nullable(), version: z.int() })
	.meta({ id: 'RenderedPrompt' });

export const PromptsQuery = PageQuery.extend({
	search: z.string().min(1).max(200).optional().meta({ description: 'A part of name or description' }),
});
export type PromptsQuery = z.output<typeof PromptsQuery>;
