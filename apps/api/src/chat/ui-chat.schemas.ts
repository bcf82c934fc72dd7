import { z } from 'zod';
import type { RunOrder } from '#libs/runs';
import { id, modelName } from '../conversations/conversations.schemas.js';

export const ClientChatId = z
	.string()
	.min(1)
	.max(128)
	.meta({ description: "The client's own id of the chat", examples: ['a1B2c3D4e5F6g7H8'] });

const uiMessage = z.looseObject({
	role: z.enum(['system', 'user', 'assistant']),
	parts: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
});

/** As `DefaultChatTransport` of the Vercel AI SDK sends it, with `model` in its `body`. Only the last message is new. */
export const UiChatRequest = z
	.strictObject({
		id: ClientChatId,
		messages: z.array(uiMessage).min(1),
		trigger: z.enum(['submit-message', 'regenerate-message']).default('submit-message'),
		messageId: z.string().optional(),
		model: modelName.optional(),
	})
	.refine(({ trigger, messageId }) => trigger === 'submit-message' || id.safeParse(messageId).success, {
		message: 'To regenerate, name the message: its id came with the stream',
		path: ['messageId'],
	})
	.meta({
		id: 'UiChatRequest',
		examples: [
			{ id: 'a1B2c3D4', model: 'echo', messages: [{ role: 'user', parts: [{ type: 'text', text: 'Hello' }] }] },
		],
	});
export type UiChatRequest = z.output<typeof UiChatRequest>;

/** What is new in it, as the runs take it; the rest is stored already. */
export function orderOfUi({ id: clientChatId, messages, trigger, messageId, model }: UiChatRequest): RunOrder {
	const common = { conversationId: undefined, clientChatId, model };
	if (trigger === 'regenerate-message')
		return { ...common, question: { kind: 'regenerate', messageId: messageId ?? '' } };
	const texts =
		messages.at(-1)?.parts.flatMap(({ type, text }) => (type === 'text' && text !== undefined ? [text] : [])) ?? [];
	return { ...common, question: { kind: 'say', content: texts.map((text) => ({ type: 'text', text })) } };
}
