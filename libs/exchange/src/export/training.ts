import { type ContentPart, textOf } from '#libs/conversations';
import type { OwnMessage } from '../own-conversation.js';
import type { ConversationWriter } from './conversation-writer.js';

const comma = (n: number, isFirst: boolean): string => (n === 0 && isFirst ? '' : ',');

const from = { system: 'system', developer: 'system', user: 'human', assistant: 'gpt', tool: 'tool' } as const;

/** The active branch as ShareGPT has it. */
export const shareGptWriter: ConversationWriter = {
	takes: 'branch',
	begin: ({ conversation: { id, systemPrompt } }) => {
		const system = systemPrompt === null ? '' : JSON.stringify({ from: 'system', value: systemPrompt });
		return `{"id":${JSON.stringify(id)},"conversations":[${system}`;
	},
	message: ({ role, content }, n, { conversation }) =>
		comma(n, conversation.systemPrompt === null) +
		JSON.stringify({ from: from[role], value: role === 'tool' ? resultsOf(content) : textOf(content) }),
	end: () => ']}',
};

const resultsOf = (content: readonly ContentPart[]): string =>
	content.flatMap((part) => (part.type === 'tool_result' ? [part.text] : [])).join('\n');

/** A message of a fine-tuning file, at least one; a tool's results are a message each. */
function trainingMessages({ role, content }: OwnMessage): readonly object[] {
	if (role === 'tool') {
		const results = content.flatMap((part) =>
			part.type === 'tool_result' ? [{ role, tool_call_id: part.toolCallId, content: part.text }] : [],
		);
		return results.length > 0 ? results : [{ role, tool_call_id: '', content: textOf(content) }];
	}
	const calls = content.flatMap((part) =>
		part.type === 'tool_call'
			? [{ id: part.id, type: 'function', function: { name: part.name, arguments: part.arguments } }]
			: [],
	);
	const text = textOf(content);
	if (calls.length > 0) return [{ role, content: text === '' ? null : text, tool_calls: calls }];
	return [{ role: role === 'developer' ? 'system' : role, content: text }];
}

/** The active branch as an example of OpenAI's supervised fine-tuning: a line. */
export const trainingWriter: ConversationWriter = {
	takes: 'branch',
	begin: ({ conversation: { systemPrompt } }) =>
		`{"messages":[${systemPrompt === null ? '' : JSON.stringify({ role: 'system', content: systemPrompt })}`,
	message: (message, n, { conversation }) =>
		comma(n, conversation.systemPrompt === null) +
		trainingMessages(message)
			.map((example) => JSON.stringify(example))
			.join(','),
	end: () => ']}\n',
};
