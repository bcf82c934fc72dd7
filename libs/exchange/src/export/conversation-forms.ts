import type { ConversationWriter } from './conversation-writer.js';
import { htmlWriter } from './html.js';
import { jsonWriter } from './json.js';
import { markdownWriter } from './markdown.js';
import { textWriter } from './text.js';

/** A form in which one conversation is one file. */
export interface ConversationFileForm {
	readonly writer: ConversationWriter;
	readonly contentType: string;
	/** Without the dot. */
	readonly extension: string;
}

const forms = {
	json: { writer: jsonWriter, contentType: 'application/json; charset=utf-8', extension: 'json' },
	markdown: { writer: markdownWriter, contentType: 'text/markdown; charset=utf-8', extension: 'md' },
	html: { writer: htmlWriter, contentType: 'text/html; charset=utf-8', extension: 'html' },
	text: { writer: textWriter, contentType: 'text/plain; charset=utf-8', extension: 'txt' },
} as const satisfies Readonly<Record<string, ConversationFileForm>>;

export type ConversationForm = keyof typeof forms;
export const conversationForms = Object.keys(forms) as [ConversationForm, ...ConversationForm[]];
export const conversationForm = (form: ConversationForm): ConversationFileForm => forms[form];
