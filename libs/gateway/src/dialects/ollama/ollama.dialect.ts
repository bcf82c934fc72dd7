import type { AppError } from '#libs/kernel';
import { checkList, checkPresent, wholeNumber } from '../checks.js';
import type { ScannedJson } from '../../json/scan-json.js';
import type { AnswerContext, ClientOperation } from '../client-operation.js';
import { JsonPassThrough } from '../json-pass-through.js';
import { OllamaStreamPassThrough, usageOfOllamaAnswer } from './pass-through.js';
import { readOllamaChat, readOllamaEmbedding, readOllamaEmbeddings, readOllamaGenerate } from './read.js';
import {
	chatShape,
	emptyLine,
	generateShape,
	OllamaRenderer,
	renderOllamaEmbedding,
	renderOllamaEmbeddings,
} from './render.js';

/** What all operations of this dialect share. */
export const ollamaWire = {
	dialect: 'ollama',
	streamType: 'application/x-ndjson',
	forwardedHeaders: [],
	errorFrame: (error: AppError) => `${JSON.stringify({ error: error.message })}\n`,
} as const;

/** What `chat` and `generate` share. */
const generating = {
	...ollamaWire,
	isStreamed: ({ value }: ScannedJson) => value.stream !== false, // the server's own default
	wantsUsage: () => true,
	native: {
		edits: () => [],
		pipe: ({ isStreamed }: AnswerContext) =>
			isStreamed ? new OllamaStreamPassThrough() : new JsonPassThrough(usageOfOllamaAnswer),
	},
};

/** Nothing to answer loads or unloads a model: no token is made. */
const outputCap = ({ value }: ScannedJson, prompt: 'messages' | 'prompt'): number | undefined => {
	const said = value[prompt];
	if (prompt === 'messages' ? Array.isArray(said) && said.length === 0 : (said ?? '') === '' && !hasImages(value))
		return 0;
	return wholeNumber((value.options as { num_predict?: unknown } | null | undefined)?.num_predict);
};
const hasImages = ({ images }: ScannedJson['value']): boolean => Array.isArray(images) && images.length > 0;

/** `POST /api/chat` */
export const ollamaChat: ClientOperation = {
	...generating,
	wire: 'ollama/chat',
	name: 'chat',
	keepAlive: (context) => emptyLine(chatShape, context),
	check: (scanned) => checkList(scanned, 'messages'),
	outputCap: (scanned) => outputCap(scanned, 'messages'),
	translation: { kind: 'chat', read: readOllamaChat, renderer: (context) => new OllamaRenderer(context) },
};

/** `POST /api/generate` */
export const ollamaGenerate: ClientOperation = {
	...generating,
	wire: 'ollama/generate',
	name: 'generate',
	keepAlive: (context) => emptyLine(generateShape, context),
	check: () => undefined, // without a prompt it loads the model
	outputCap: (scanned) => outputCap(scanned, 'prompt'),
	translation: {
		kind: 'chat',
		read: readOllamaGenerate,
		renderer: (context) => new OllamaRenderer(context, generateShape),
	},
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

/** `POST /api/embeddings`, the older form of `embed`. */
export const ollamaEmbeddings: ClientOperation = {
	...ollamaEmbed,
	wire: 'ollama/embeddings',
	check: (scanned) => checkPresent(scanned, 'prompt', 'a text'),
	translation: { kind: 'embeddings', read: readOllamaEmbedding, render: renderOllamaEmbedding },
};
