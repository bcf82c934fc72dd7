import { z } from 'zod';
import { chatParameters, type RunOrder, type RunQuestion } from '#libs/runs';
import { id, modelName } from '../conversations/conversations.schemas.js';
import { listOf } from '../edge/responds.decorator.js';
import { timestamp } from '../edge/timestamp.js';

export { id as RunId } from '../conversations/conversations.schemas.js';

const part = z.discriminatedUnion('type', [
	z.strictObject({ type: z.literal('text'), text: z.string() }),
	z.strictObject({
		type: z.literal('tool_result'),
		toolCallId: z.string().min(1).max(256),
		text: z.string(),
		isError: z.boolean().optional(),
	}),
]);

const content = z
	.union([z.string().min(1), z.array(part).min(1).max(100)])
	.transform((value) => (typeof value === 'string' ? [{ type: 'text' as const, text: value }] : value))
	.meta({ description: 'What is said: a text, or parts', examples: ['Hello'] });

const parameters = z
	.partialRecord(z.enum(chatParameters), z.unknown())
	.meta({ description: "Over the conversation's own, as OpenAI names them", examples: [{ temperature: 0.2 }] });

const asked = {
	content: content.optional(),
	parentId: id.nullable().optional().meta({
		description: 'What `content` answers: by default the end of the active branch; `null`: a new beginning',
	}),
	regenerate: id.optional().meta({ description: 'Another answer: beside this one, or to this message' }),
	continue: id.optional().meta({ description: 'The rest of this answer, which was stopped or cut off' }),
	model: modelName.optional().meta({ description: "By default the conversation's, or its folder's" }),
	parameters: parameters.optional(),
};

type Asked = {
	readonly content?: z.output<typeof content> | undefined;
	readonly parentId?: string | null | undefined;
	readonly regenerate?: string | undefined;
	readonly continue?: string | undefined;
};

const isOneQuestion = ({ content: said, regenerate, continue: rest }: Asked): boolean =>
	[said, regenerate, rest].filter((value) => value !== undefined).length === 1;
const oneQuestion = { message: 'Give exactly one of content, regenerate and continue', path: ['content'] };

export const ChatRequest = z
	.strictObject({
		conversationId: id.optional().meta({ description: 'Absent: a new conversation' }),
		systemPrompt: z.string().max(100_000).optional().meta({ description: 'Of a new conversation' }),
		...asked,
	})
	.refine(isOneQuestion, oneQuestion)
	.meta({ id: 'ChatRequest', examples: [{ model: 'echo', content: 'Hello' }] });
export type ChatRequest = z.output<typeof ChatRequest>;

export const SendMessage = z
	.strictObject(asked)
	.refine(isOneQuestion, oneQuestion)
	.meta({ id: 'SendMessage', examples: [{ content: 'Hello' }] });
export type SendMessage = z.output<typeof SendMessage>;

/** What is asked as the runs take it. */
export function orderOf(input: ChatRequest | SendMessage, conversationId: string | undefined): RunOrder {
	const { model, parameters: wishes } = input;
	const systemPrompt = 'systemPrompt' in input ? input.systemPrompt : undefined;
	return { conversationId, systemPrompt, model, parameters: wishes, question: questionOf(input) };
}

function questionOf({ content: said, parentId, regenerate, continue: rest }: Asked): RunQuestion {
	if (regenerate !== undefined) return { kind: 'regenerate', messageId: regenerate };
	if (rest !== undefined) return { kind: 'continue', messageId: rest };
	return { kind: 'say', content: said ?? [], parentId };
}

export const RunEventsQuery = z.strictObject({
	after: z
		.string()
		.max(32)
		.optional()
		.meta({ description: 'The id of the last event that was seen; else `Last-Event-ID`' }),
});
export type RunEventsQuery = z.output<typeof RunEventsQuery>;

export const Run = z
	.object({
		id,
		conversationId: id,
		parentId: id.nullable().meta({ description: 'The message that is answered' }),
		messageId: id.nullable().meta({ description: 'The answer, once it is stored' }),
		state: z.enum(['queued', 'running', 'completed', 'stopped', 'interrupted', 'failed']),
		model: z.string(),
		error: z.object({ code: z.string(), message: z.string() }).nullable(),
		usage: z.record(z.string(), z.unknown()).nullable(),
		startedAt: timestamp.nullable(),
		finishedAt: timestamp.nullable(),
		createdAt: timestamp,
	})
	.meta({ id: 'Run' });
export const RunList = listOf(Run).meta({ id: 'RunList' });
