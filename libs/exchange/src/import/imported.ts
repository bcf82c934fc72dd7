import type { ContentPart, MessageRole, MessageState, TitleSource } from '#libs/conversations';

export const importFormats = [
	'parallama',
	'chatgpt',
	'open-webui',
	'librechat',
	'claude',
	'chatbot-ui',
	'sharegpt',
	'openai-messages',
] as const;
/** Whose file it is. */
export type ImportFormat = (typeof importFormats)[number];

/** A message of a file. `key` is its id there. */
export interface ImportedMessage {
	readonly key: string;
	readonly parentKey: string | null;
	readonly role: MessageRole;
	readonly content: readonly ContentPart[];
	readonly model: string | null;
	readonly state: MessageState;
	readonly finishReason: string | null;
	readonly usage: Record<string, unknown> | null;
	readonly metadata: Record<string, unknown>;
	readonly createdAt: Date | null;
}

/** A conversation of a file. `key` is its id there: what is imported twice is one. */
export interface ImportedConversation {
	readonly format: ImportFormat;
	readonly key: string;
	readonly title: string;
	readonly titleSource: TitleSource;
	readonly model: string | null;
	readonly systemPrompt: string | null;
	readonly parameters: Record<string, unknown>;
	readonly metadata: Record<string, unknown>;
	readonly isPinned: boolean;
	readonly archivedAt: Date | null;
	readonly folder: readonly string[];
	readonly tags: readonly string[];
	/** Where the branch ends that is shown; `null`: the last message. */
	readonly activeKey: string | null;
	readonly createdAt: Date | null;
	readonly lastActiveAt: Date | null;
	/** Parents before children, each key once. */
	readonly messages: readonly ImportedMessage[];
	/** What could not be taken as it was. */
	readonly notes: readonly string[];
}

/** What a reader says before it is tidied: messages in any order, with any parents. */
export type RawConversation = Omit<ImportedConversation, 'notes'> & { readonly notes?: readonly string[] };

/** Everything that formats without it have. */
export const plain = {
	titleSource: 'import',
	model: null,
	systemPrompt: null,
	parameters: {},
	metadata: {},
	isPinned: false,
	archivedAt: null,
	folder: [],
	tags: [],
	activeKey: null,
	createdAt: null,
	lastActiveAt: null,
} as const;

export const plainMessage = {
	model: null,
	state: 'complete',
	finishReason: null,
	usage: null,
	metadata: {},
	createdAt: null,
} as const;
