import type { AppError } from '#libs/kernel';
import { checkList, checkPresent, wholeNumber } from '../checks.js';
import type { ClientOperation } from '../client-operation.js';
import { JsonPassThrough } from '../json-pass-through.js';
import { OllamaStreamPassThrough, usageOfOllamaAnswer } from './pass-through.js';
import { readOllamaChat, readOllamaEmbeddings } from './read.js';
import { OllamaRenderer, renderOllamaEmbeddings } from './render.js';

/** What all operations of this dialect share. */
export const ollamaWire = {
	dialect: 'ollama',
	streamType: 'application/x-ndjson',
	forwardedHeaders: [],
	errorFrame: (error: AppError) => `${JSON.stringify({ error: error.message })}\n`,
} as const;

/** `POST /api/chat` */
export const ollamaChat: ClientOperation = {
	...ollamaWire,
	wire: 'ollama/chat',
	name: 'chat',
	keepAlive: ({ alias }) =>
		`${JSON.stringify({ model: alias, created_at: new Date().toISOString(), message: { role: 'assistant', content: '' }, done: false })}\n`,
	check: (scanned) => checkList(scanned, 'messages'),
	isStreamed: ({ value }) => value.stream !== false, // the server's own default
	wantsUsage: () => true,
	outputCap: ({ value }) => wholeNumber((value.options as { num_predict?: unknown } | null | undefined)?.num_predict),
	native: {
		edits: () => [],
		pipe: ({ isStreamed }) => (isStreamed ? new OllamaStreamPassThrough() : new JsonPassThrough(usageOfOllamaAnswer)),
	},
	translation: { kind: 'chat', read: readOllamaChat, renderer: (context) => new OllamaRenderer(context) },
};

/** `POST /api/embed` */
export const ollamaEmbed: ClientOperation = {
	...ollamaWire,
	wire: 'ollama/embed',
	name: 'embeddings',
	keepAlive: () => '',
	check: (scanned) => checkPresent(scanned, 'input', 'a text or a list'),
	isStreamed: () => false,
	wantsUsage: () => false,
	outputCap: () => 0,
	native: { edits: () => [], pipe: () => new JsonPassThrough(usageOfOllamaAnswer) },
	translation: { kind: 'embeddings', read: readOllamaEmbeddings, render: renderOllamaEmbeddings },
};
