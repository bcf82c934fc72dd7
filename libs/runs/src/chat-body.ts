import { type ContentPart, type MessageRecord, textOf } from '#libs/conversations';

/** What of a conversation's parameters a model is told, by OpenAI's names. */
export const chatParameters = [
	'temperature',
	'top_p',
	'top_k',
	'min_p',
	'max_tokens',
	'max_completion_tokens',
	'seed',
	'stop',
	'frequency_penalty',
	'presence_penalty',
	'reasoning_effort',
	'response_format',
	'tools',
	'tool_choice',
	'parallel_tool_calls',
] as const;

type Said = Pick<MessageRecord, 'role' | 'content'>;

export interface ChatBodyParts {
	readonly model: string;
	readonly systemPrompt: string | null;
	/** Oldest first. */
	readonly history: readonly Said[];
	readonly parameters: Readonly<Record<string, unknown>>;
}

const CONTINUE =
	'Continue your last message exactly where it ended. Do not repeat any of it, do not introduce or comment on it.';

/** The history with the wish for the rest of its last answer. */
export const continued = (history: readonly Said[]): readonly Said[] => [
	...history,
	{ role: 'user', content: [{ type: 'text', text: CONTINUE }] },
];

/** A conversation as the body of a call. */
export function chatBody({ model, systemPrompt, history, parameters }: ChatBodyParts): Buffer {
	const system = systemPrompt === null || systemPrompt === '' ? [] : [{ role: 'system', content: systemPrompt }];
	const known = chatParameters.filter((name) => parameters[name] !== undefined);
	const wishes = Object.fromEntries(known.map((name) => [name, parameters[name]]));
	return Buffer.from(JSON.stringify({ model, ...wishes, messages: [...system, ...history.flatMap(messagesOf)] }));
}

function messagesOf({ role, content }: Said): object[] {
	const results = content.filter((part) => part.type === 'tool_result');
	const answers = results.map(({ toolCallId, text, isError }) => ({
		role: 'tool',
		tool_call_id: toolCallId,
		content: isError === true ? `Error: ${text}` : text,
	}));
	if (role === 'tool') return answers;
	const text = textOf(content);
	if (role !== 'assistant') return text === '' ? answers : [...answers, { role, content: text }];
	const calls = content.filter((part) => part.type === 'tool_call').map(toolCall);
	if (text === '' && calls.length === 0) return [];
	return [{ role, content: text, ...(calls.length === 0 ? {} : { tool_calls: calls }) }];
}

const toolCall = ({ id, name, arguments: json }: Extract<ContentPart, { type: 'tool_call' }>): object => ({
	id,
	type: 'function',
	function: { name, arguments: json },
});
