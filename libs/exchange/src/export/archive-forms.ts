import { chatgptWriter } from './chatgpt.js';
import { type ConversationFileForm, conversationForm, conversationForms } from './conversation-forms.js';
import type { ConversationWriter } from './conversation-writer.js';
import { CSV_HEAD, csvWriter } from './csv.js';
import { jsonLineWriter } from './json.js';
import { openWebuiWriter } from './open-webui.js';
import { shareGptWriter, trainingWriter } from './training.js';

/** A form in which many conversations are one file: `open`, then each with `between` them, then `close`. */
export interface CollectionForm {
	readonly writer: ConversationWriter;
	/** The file's name in the archive. */
	readonly file: string;
	readonly open: string;
	readonly between: string;
	readonly close: string;
}

const array = { open: '[\n', between: ',\n', close: '\n]\n' };
const lines = { open: '', between: '', close: '' };

const collections = {
	jsonl: { writer: jsonLineWriter, file: 'conversations.jsonl', ...lines },
	csv: { writer: csvWriter, file: 'messages.csv', open: CSV_HEAD, between: '', close: '' },
	'open-webui': { writer: openWebuiWriter, file: 'open-webui.json', ...array },
	chatgpt: { writer: chatgptWriter, file: 'conversations.json', ...array },
	sharegpt: { writer: shareGptWriter, file: 'sharegpt.json', ...array },
	'openai-sft': { writer: trainingWriter, file: 'training.jsonl', ...lines },
} as const satisfies Readonly<Record<string, CollectionForm>>;

export const archiveForms = [
	...conversationForms,
	...(Object.keys(collections) as (keyof typeof collections)[]),
] as const;
export type ArchiveForm = (typeof archiveForms)[number];

export const isCollection = (form: ArchiveForm): form is keyof typeof collections => Object.hasOwn(collections, form);
export const collectionForm = (form: keyof typeof collections): CollectionForm => collections[form];

/** How a form puts one conversation into words, and whether each gets a file. */
export function archiveForm(form: ArchiveForm): CollectionForm | ConversationFileForm {
	return isCollection(form) ? collections[form] : conversationForm(form);
}
