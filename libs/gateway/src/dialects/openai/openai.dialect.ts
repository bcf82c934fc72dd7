import type { AppError } from '#libs/kernel';
import type { ScannedJson } from '../../json/scan-json.js';
import type { Edit } from '../../json/splice.js';
import { checkList, checkPresent, wholeNumber } from '../checks.js';
import type { ClientOperation } from '../client-operation.js';
import { JsonPassThrough } from '../json-pass-through.js';
import { OpenAiStreamPassThrough, usageOfOpenAiAnswer } from './pass-through.js';
import { readOpenAiChat, readOpenAiEmbeddings } from './read.js';
import { OpenAiAnswerRenderer, OpenAiStreamRenderer, renderOpenAiEmbeddings } from './render.js';

const wantsUsage = ({ value }: ScannedJson): boolean =>
	(value.stream_options as { include_usage?: unknown } | null | undefined)?.include_usage === true;

/** What all operations of this dialect share. */
export const openAiWire = {
	dialect: 'openai',
	streamType: 'text/event-stream; charset=utf-8',
	forwardedHeaders: [],
	keepAlive: () => ': keep-alive\n\n',
	errorFrame: (error: AppError) =>
		`data: ${JSON.stringify({ error: { message: error.message, type: 'server_error', param: error.param ?? null, code: error.code } })}\n\n`,
} as const;

/** Asks an upstream for the usage of a stream, whatever the client asked for. */
export function usageEdits(scanned: ScannedJson): Edit[] {
	if (scanned.value.stream !== true || wantsUsage(scanned)) return [];
	const span = scanned.spans.get('stream_options');
	const options = scanned.value.stream_options;
	const bytes = JSON.stringify({ ...(typeof options === 'object' ? options : {}), include_usage: true });
	if (span !== undefined) return [{ ...span, bytes }];
	const model = scanned.spans.get('model');
	return model === undefined ? [] : [{ start: model.end, end: model.end, bytes: `,"stream_options":${bytes}` }];
}

/** `POST /v1/chat/completions` */
export const openAiChat: ClientOperation = {
	...openAiWire,
	wire: 'openai/chat',
	name: 'chat',
	check: (scanned) => checkList(scanned, 'messages'),
	isStreamed: ({ value }) => value.stream === true,
	wantsUsage,
	outputCap: ({ value }) => {
		const cap = wholeNumber(value.max_completion_tokens) ?? wholeNumber(value.max_tokens);
		return cap === undefined ? undefined : cap * (wholeNumber(value.n) ?? 1);
	},
	native: {
		edits: usageEdits,
		pipe: (context) =>
			context.isStreamed
				? new OpenAiStreamPassThrough(context.wantsUsage, wholeNumber(context.scanned.value.n) ?? 1)
				: new JsonPassThrough(usageOfOpenAiAnswer),
	},
	translation: {
		kind: 'chat',
		read: readOpenAiChat,
		renderer: (context) => (context.isStreamed ? new OpenAiStreamRenderer(context) : new OpenAiAnswerRenderer(context)),
	},
};

/** `POST /v1/embeddings` */
export const openAiEmbeddings: ClientOperation = {
	...openAiWire,
	wire: 'openai/embeddings',
	name: 'embeddings',
	check: (scanned) => checkPresent(scanned, 'input', 'a text or a list'),
	isStreamed: () => false,
	wantsUsage: () => false,
	outputCap: () => 0,
	native: { edits: () => [], pipe: () => new JsonPassThrough(usageOfOpenAiAnswer) },
	translation: { kind: 'embeddings', read: readOpenAiEmbeddings, render: renderOpenAiEmbeddings },
};
