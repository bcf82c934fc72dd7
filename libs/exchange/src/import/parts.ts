import { type ContentPart, type MessageRole, messageRoles, type MessageState } from '#libs/conversations';
import { isObject, type Json, listOf, textOf } from './values.js';

const states: readonly MessageState[] = ['complete', 'stopped', 'interrupted', 'failed'];
const others: Readonly<Record<string, MessageRole>> = {
	human: 'user',
	gpt: 'assistant',
	model: 'assistant',
	function: 'tool',
};

export const roleOf = (value: unknown): MessageRole => {
	const role = textOf(value).toLowerCase();
	return messageRoles.find((known) => known === role) ?? others[role] ?? 'user';
};
export const stateOf = (value: unknown): MessageState => states.find((state) => state === value) ?? 'complete';

export const said = (text: string): readonly ContentPart[] => [{ type: 'text', text }];

/** Our own parts. Files are named in words: their bytes are not in the file. */
export function partsOf(value: unknown): readonly ContentPart[] {
	return listOf(value).filter(isObject).flatMap(partOf);
}

function partOf(part: Json): readonly ContentPart[] {
	const text = textOf(part['text']);
	switch (part['type']) {
		case 'text':
		case 'refusal':
			return [{ type: part['type'], text }];
		case 'reasoning': {
			const { signature } = part;
			return [{ type: 'reasoning', text, ...(typeof signature === 'string' ? { signature } : {}) }];
		}
		case 'tool_call':
			return [
				{ type: 'tool_call', id: textOf(part['id']), name: textOf(part['name']), arguments: textOf(part['arguments']) },
			];
		case 'tool_result': {
			const { isError } = part;
			const result = { type: 'tool_result', toolCallId: textOf(part['toolCallId']), text } as const;
			return [typeof isError === 'boolean' ? { ...result, isError } : result];
		}
		case 'image':
		case 'file':
			return [{ type: 'text', text: `[${part['type']} ${textOf(part['attachmentId'])}]` }];
		default:
			return [];
	}
}
