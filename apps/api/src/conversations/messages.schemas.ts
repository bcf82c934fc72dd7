import { z } from 'zod';
import { messageRoles } from '#libs/conversations';
import { PageQuery } from '../edge/paged.js';
import { listOf } from '../edge/responds.decorator.js';
import { timestamp } from '../edge/timestamp.js';
import { id, modelName } from './conversations.schemas.js';

/** No bound of its own: the body of a request has one. */
const text = z.string();
const name = z.string().min(1).max(256);

/** A piece of a message; files are uploaded before and named here. */
export const ContentPart = z
	.discriminatedUnion('type', [
		z.strictObject({ type: z.literal('text'), text }),
		z.strictObject({ type: z.literal('image'), attachmentId: id }),
		z.strictObject({ type: z.literal('file'), attachmentId: id }),
		z.strictObject({ type: z.literal('reasoning'), text, signature: z.string().optional() }),
		z.strictObject({ type: z.literal('refusal'), text }),
		z.strictObject({ type: z.literal('tool_call'), id: name, name, arguments: z.string() }),
		z.strictObject({ type: z.literal('tool_result'), toolCallId: name, text, isError: z.boolean().optional() }),
	])
	.meta({ id: 'ContentPart', examples: [{ type: 'text', text: 'Hello' }] });

/** A text, or parts. */
export const Content = z
	.union([z.string().min(1), z.array(ContentPart).min(1).max(100)])
	.transform((value) => (typeof value === 'string' ? [{ type: 'text' as const, text: value }] : value))
	.meta({ description: 'A text, or parts', examples: ['Hello'] });

const role = z.enum(messageRoles);

export const AppendMessages = z
	.strictObject({
		messages: z
			.array(
				z.strictObject({
					role,
					content: Content,
					parentId: id.nullable().optional().meta({
						description: 'By default the message before it, for the first one the active leaf; `null`: a new beginning',
					}),
					model: modelName.nullable().optional(),
				}),
			)
			.min(1)
			.max(100),
	})
	.meta({ id: 'AppendMessages', examples: [{ messages: [{ role: 'user', content: 'Hello' }] }] });
export type AppendMessages = z.output<typeof AppendMessages>;

export const EditMessage = z.strictObject({ content: Content }).meta({ id: 'EditMessage' });
export type EditMessage = z.output<typeof EditMessage>;

const shown = {
	id,
	conversationId: id,
	sequence: z.int().meta({ description: 'The order in which the conversation got them, from 1' }),
	parentId: id.nullable(),
	role,
	content: z.array(ContentPart),
	model: z.string().nullable(),
	state: z.enum(['complete', 'stopped', 'interrupted', 'failed']),
	finishReason: z.string().nullable(),
	usage: z.record(z.string(), z.unknown()).nullable(),
	runId: id.nullable(),
	metadata: z.record(z.string(), z.unknown()),
	createdAt: timestamp,
};

export const Message = z.object(shown).meta({ id: 'Message' });

export const MessageList = listOf(
	z
		.object({
			...shown,
			siblingIds: z
				.array(id)
				.optional()
				.meta({ description: 'Of a branch: the versions of this message, itself among them, oldest first' }),
		})
		.meta({ id: 'MessageOfBranch' }),
).meta({ id: 'MessageList' });

export const NewMessages = z.object({ items: z.array(Message) }).meta({ id: 'NewMessages' });

export const SubtreeRemoval = z
	.object({
		deleted: z.int(),
		activeLeafId: id.nullable().meta({ description: 'Where the branch that is shown ends now' }),
	})
	.meta({ id: 'SubtreeRemoval' });

export const MessagesQuery = PageQuery.extend({
	leafId: id.optional().meta({ description: 'Where the branch ends; by default the active leaf' }),
});
export type MessagesQuery = z.output<typeof MessagesQuery>;
