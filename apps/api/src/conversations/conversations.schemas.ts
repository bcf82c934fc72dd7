import { z } from 'zod';
import { bulkActions, type ConversationFilter } from '#libs/conversations';
import { PageQuery } from '../edge/paged.js';
import { listOf } from '../edge/responds.decorator.js';
import { timestamp } from '../edge/timestamp.js';

export const id = z.uuid().lowercase();

export const title = z
	.string()
	.trim()
	.max(500)
	.meta({ examples: ['Holiday plans'] });
export const modelName = z
	.string()
	.trim()
	.min(1)
	.max(256)
	.meta({ description: 'A model or alias', examples: ['echo'] });
export const systemPrompt = z
	.string()
	.max(100_000)
	.meta({ examples: ['Answer in one sentence.'] });

/** What a call of the model gets beside the messages. */
export const Parameters = z
	.strictObject({
		temperature: z.number().min(0).max(2).optional(),
		topP: z.number().min(0).max(1).optional(),
		maxTokens: z.int().min(1).max(10_000_000).optional(),
		stop: z.array(z.string().min(1).max(200)).max(8).optional(),
		seed: z.int().optional(),
		presencePenalty: z.number().min(-2).max(2).optional(),
		frequencyPenalty: z.number().min(-2).max(2).optional(),
		reasoningEffort: z.string().min(1).max(20).optional(),
	})
	.meta({ id: 'ConversationParameters' });

const metadata = z
	.record(z.string().min(1).max(100), z.union([z.string().max(2_000), z.number(), z.boolean(), z.null()]))
	.refine((value) => Object.keys(value).length <= 50, 'At most 50 entries')
	.meta({ description: 'What a client wants to remember' });

const input = {
	title: title.optional(),
	folderId: id.nullable().optional(),
	model: modelName.nullable().optional().meta({ description: '`null`: what the folder says' }),
	systemPrompt: systemPrompt.nullable().optional().meta({ description: '`null`: what the folder says' }),
	parameters: Parameters.optional(),
	metadata: metadata.optional(),
	isPinned: z.boolean().optional(),
	tagIds: z.array(id).max(50).optional(),
};

export const CreateConversation = z
	.strictObject({
		...input,
		isTemporary: z
			.boolean()
			.default(false)
			.meta({ description: 'Stands in no list, is never found, and is gone a day after its last message' }),
	})
	.meta({ id: 'CreateConversation', examples: [{ title: 'Holiday plans', model: 'echo' }] });
export type CreateConversation = z.output<typeof CreateConversation>;

export const UpdateConversation = z
	.strictObject({ ...input, isArchived: z.boolean().optional() })
	.meta({ id: 'UpdateConversation', examples: [{ title: 'Autumn holiday', isPinned: true }] });
export type UpdateConversation = z.output<typeof UpdateConversation>;

const shown = {
	id,
	title: z.string(),
	titleSource: z
		.enum(['none', 'generated', 'person', 'import'])
		.meta({ description: 'One that a person gave is never replaced' }),
	folderId: id.nullable(),
	model: z.string().nullable(),
	systemPrompt: z.string().nullable(),
	parameters: z.record(z.string(), z.unknown()),
	metadata: z.record(z.string(), z.unknown()),
	isPinned: z.boolean(),
	isTemporary: z.boolean(),
	archivedAt: timestamp.nullable(),
	deletedAt: timestamp.nullable().meta({ description: 'Since when it is in the trash' }),
	activeLeafId: id.nullable().meta({ description: 'The last message of the branch that is shown' }),
	messageCount: z.int(),
	tagIds: z.array(id),
	lastActiveAt: timestamp,
	createdAt: timestamp,
	updatedAt: timestamp,
};

export const ConversationSummary = z.object(shown).meta({ id: 'ConversationSummary' });
export const ConversationList = listOf(ConversationSummary).meta({ id: 'ConversationList' });

export const Conversation = z
	.object({
		...shown,
		effective: z
			.object({ model: z.string().nullable(), systemPrompt: z.string().nullable() })
			.meta({ description: 'What counts: its own, else that of the nearest folder around it' }),
	})
	.meta({ id: 'Conversation' });

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
const moment = z.iso
	.datetime({ offset: true })
	.transform((text) => new Date(text))
	.meta({ examples: ['2026-11-01T00:00:00Z'] });

export const ConversationsQuery = PageQuery.extend({
	model: modelName.optional(),
	tagId: id.optional(),
	folderId: id.optional().meta({ description: 'Directly in this folder' }),
	pinned: flag.optional(),
	archived: z.enum(['no', 'only', 'any']).default('no'),
	trash: flag.optional().meta({ description: '`true`: those in the trash instead' }),
	activeAfter: moment.optional().meta({ description: 'Last message then or later' }),
	activeBefore: moment.optional().meta({ description: 'Last message before then' }),
});
export type ConversationsQuery = z.output<typeof ConversationsQuery>;

export const filterOf = ({
	pinned,
	trash,
	...filter
}: Omit<ConversationsQuery, 'limit' | 'cursor'>): ConversationFilter => ({
	...filter,
	isPinned: pinned,
	isTrash: trash === true,
});

export const DeleteQuery = z.strictObject({
	permanent: flag.optional().meta({ description: '`true`: for good, not into the trash' }),
});
export type DeleteQuery = z.output<typeof DeleteQuery>;

export const ForkConversation = z
	.strictObject({
		messageId: id.optional().meta({ description: 'The last message of the copy; by default the active leaf' }),
		title: title.optional(),
	})
	.meta({ id: 'ForkConversation' });
export type ForkConversation = z.output<typeof ForkConversation>;

export const ShowBranch = z.strictObject({ messageId: id }).meta({ id: 'ShowBranch' });
export type ShowBranch = z.output<typeof ShowBranch>;

export const BulkChange = z
	.strictObject({
		ids: z.array(id).min(1).max(500),
		action: z.enum(bulkActions),
		folderId: id.nullable().optional().meta({ description: 'Of `move`; `null`: into no folder' }),
		tagId: id.optional().meta({ description: 'Of `tag` and `untag`' }),
	})
	.meta({
		id: 'BulkChange',
		examples: [{ ids: ['01a1fad4-dab2-72de-a8be-e80b58f3235e'], action: 'archive' }],
	});
export type BulkChange = z.output<typeof BulkChange>;

export const BulkResult = z.object({ changed: z.int() }).meta({ id: 'BulkResult' });
