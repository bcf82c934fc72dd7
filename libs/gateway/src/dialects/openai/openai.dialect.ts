import type { AppError } from '#libs/kernel';
import type { ScannedJson } from '../../json/scan-json.js';
import type { Edit } from '../../json/splice.js';
import type { AnswerContext, ClientDialect } from '../dialect.js';
import { JsonPassThrough } from '../json-pass-through.js';
import { OpenAiStreamPassThrough, usageOfOpenAiAnswer } from './pass-through.js';
import { readOpenAiChat, readOpenAiEmbeddings } from './read.js';
import { OpenAiAnswerRenderer, OpenAiStreamRenderer, renderOpenAiEmbeddings } from './render.js';

const wantsUsage = ({ value }: ScannedJson): boolean =>
	(value.stream_options as { include_usage?: unknown } | null | undefined)?.include_usage === true;

const wholeNumber = (value: unknown): number | undefined =>
	typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;

export const openAiDialect: ClientDialect = {
	protocol: 'openai',
	streamType: 'text/event-stream; charset=utf-8',
	keepAlive: () => ': keep-alive\n\n',
	errorFrame: (error: AppError) =>
		`data: ${JSON.stringify({ error: { message: error.message, type: 'server_error', param: error.param ?? null, code: error.code } })}\n\n`,

	isStreamed: ({ value }) => value.stream === true,
	wantsUsage,
	outputCap: ({ value }) => {
		const cap = wholeNumber(value.max_completion_tokens) ?? wholeNumber(value.max_tokens);
		return cap === undefined ? undefined : cap * (wholeNumber(value.n) ?? 1);
	},

	chatEdits: (scanned: ScannedJson): Edit[] => {
		if (scanned.value.stream !== true || wantsUsage(scanned)) return [];
		const span = scanned.spans.get('stream_options');
		const options = scanned.value.stream_options;
		const bytes = JSON.stringify({ ...(typeof options === 'object' ? options : {}), include_usage: true });
		if (span !== undefined) return [{ ...span, bytes }];
		const model = scanned.spans.get('model');
		return model === undefined ? [] : [{ start: model.end, end: model.end, bytes: `,"stream_options":${bytes}` }];
	},
	chatPassThrough: (context: AnswerContext) =>
		context.isStreamed ? new OpenAiStreamPassThrough(context.wantsUsage) : new JsonPassThrough(usageOfOpenAiAnswer),
	embeddingsPassThrough: () => new JsonPassThrough(usageOfOpenAiAnswer),

	readChat: readOpenAiChat,
	chatRenderer: (context) =>
		context.isStreamed ? new OpenAiStreamRenderer(context) : new OpenAiAnswerRenderer(context),
	readEmbeddings: readOpenAiEmbeddings,
	renderEmbeddings: renderOpenAiEmbeddings,
};
