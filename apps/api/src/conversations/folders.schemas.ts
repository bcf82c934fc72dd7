import { z } from 'zod';
import { timestamp } from '../edge/timestamp.js';
import { id, modelName, systemPrompt } from './conversations.schemas.js';

const name = z
	.string()
	.trim()
	.min(1)
	.max(200)
	.meta({ examples: ['Travel'] });
const inherited = { systemPrompt: systemPrompt.nullable(), model: modelName.nullable() };

export const CreateFolder = z
	.strictObject({
		name,
		parentId: id.nullable().default(null).meta({ description: '`null`: at the top' }),
		systemPrompt: inherited.systemPrompt.default(null),
		model: inherited.model.default(null),
	})
	.meta({ id: 'CreateFolder', examples: [{ name: 'Travel', systemPrompt: 'Answer in one sentence.' }] });
export type CreateFolder = z.output<typeof CreateFolder>;

export const UpdateFolder = z
	.strictObject({
		name: name.optional(),
		parentId: id.nullable().optional(),
		systemPrompt: inherited.systemPrompt.optional(),
		model: inherited.model.optional(),
	})
	.meta({ id: 'UpdateFolder' });
export type UpdateFolder = z.output<typeof UpdateFolder>;

export const Folder = z
	.object({
		id,
		parentId: id.nullable(),
		name: z.string(),
		systemPrompt: z.string().nullable(),
		model: z.string().nullable(),
		createdAt: timestamp,
		updatedAt: timestamp,
	})
	.meta({ id: 'Folder' });

export const FolderList = z.object({ items: z.array(Folder), nextCursor: z.null() }).meta({ id: 'FolderList' });

const tagName = z
	.string()
	.trim()
	.min(1)
	.max(100)
	.meta({ examples: ['urgent'] });
const color = z
	.string()
	.regex(/^#[0-9a-f]{6}$/)
	.nullable()
	.meta({ examples: ['#cc0000'] });

export const CreateTag = z.strictObject({ name: tagName, color: color.default(null) }).meta({ id: 'CreateTag' });
export type CreateTag = z.output<typeof CreateTag>;

export const UpdateTag = z
	.strictObject({ name: tagName.optional(), color: color.optional() })
	.meta({ id: 'UpdateTag' });
export type UpdateTag = z.output<typeof UpdateTag>;

export const Tag = z
	.object({ id, name: z.string(), color: z.string().nullable(), createdAt: timestamp, updatedAt: timestamp })
	.meta({ id: 'Tag' });

export const TagList = z.object({ items: z.array(Tag), nextCursor: z.null() }).meta({ id: 'TagList' });
