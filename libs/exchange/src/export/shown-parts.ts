import type { ContentPart } from '#libs/conversations';
import type { OwnMessage } from '../own-conversation.js';

/** A piece of a message as people read it: prose, or something with a caption that is kept as it is. */
export interface ShownPart {
	/** `undefined`: prose. */
	readonly caption: string | undefined;
	readonly text: string;
}

const prose = (text: string): ShownPart => ({ caption: undefined, text });

function shown(part: ContentPart): ShownPart {
	switch (part.type) {
		case 'text':
		case 'refusal':
			return prose(part.text);
		case 'reasoning':
			return { caption: 'Reasoning', text: part.text };
		case 'tool_call':
			return { caption: `Call of ${part.name}`, text: part.arguments };
		case 'tool_result':
			return { caption: part.isError === true ? 'Failure of a tool' : 'Result of a tool', text: part.text };
		case 'image':
		case 'file':
			return { caption: part.type === 'image' ? 'Image' : 'File', text: part.attachmentId };
	}
}

export const shownParts = ({ content }: OwnMessage): readonly ShownPart[] => content.map(shown);

const names = { system: 'System', developer: 'Developer', user: 'User', assistant: 'Assistant', tool: 'Tool' } as const;

/** Who speaks, with the model that does, and what became of the answer when it is not whole. */
export function speakerOf({ role, model, state }: OwnMessage): string {
	const details = [role === 'assistant' ? model : null, state === 'complete' ? null : state].filter(
		(detail) => detail !== null && detail !== '',
	);
	return details.length === 0 ? names[role] : `${names[role]} (${details.join(', ')})`;
}

export const titleOf = ({ title }: { readonly title: string }): string =>
	title.replaceAll(/\s+/g, ' ').trim() || 'Untitled conversation';
