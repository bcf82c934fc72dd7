import type { ScannedJson } from '../../json/scan-json.js';
import type { ClientDialect } from '../dialect.js';
import { JsonPassThrough } from '../json-pass-through.js';
import { OllamaStreamPassThrough, usageOfOllamaAnswer } from './pass-through.js';
import { readOllamaChat, readOllamaEmbeddings } from './read.js';
import { OllamaRenderer, renderOllamaEmbeddings } from './render.js';

export const ollamaDialect: ClientDialect = {
	protocol: 'ollama',
	streamType: 'application/x-ndjson',
	keepAlive: ({ alias }) =>
		`${JSON.stringify({ model: alias, created_at: new Date().toISOString(), message: { role: 'assistant', content: '' }, done: false })}\n`,
	errorFrame: (error) => `${JSON.stringify({ error: error.message })}\n`,

	isStreamed: ({ value }) => value.stream !== false, // the server's own default
	wantsUsage: () => true,
	outputCap: ({ value }) => {
		const cap = (value.options as { num_predict?: unknown } | null | undefined)?.num_predict;
		return typeof cap === 'number' && Number.isSafeInteger(cap) && cap > 0 ? cap : undefined;
	},

	chatEdits: () => [],
	chatPassThrough: ({ isStreamed }) =>
		isStreamed ? new OllamaStreamPassThrough() : new JsonPassThrough(usageOfOllamaAnswer),
	embeddingsPassThrough: () => new JsonPassThrough(usageOfOllamaAnswer),

	readChat: (scanned: ScannedJson, model: string) => readOllamaChat(scanned, model),
	chatRenderer: (context) => new OllamaRenderer(context),
	readEmbeddings: readOllamaEmbeddings,
	renderEmbeddings: renderOllamaEmbeddings,
};
