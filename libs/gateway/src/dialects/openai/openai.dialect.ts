import { record } from '#libs/providers';
import type { ScannedJson } from '../../json/scan-json.js';
import type { Edit } from '../../json/splice.js';
import { checkList, checkPresent, wholeNumber } from '../checks.js';
import type { ClientOperation, NativeAnswer, UpstreamTraits } from '../client-operation.js';
import { JsonPassThrough } from '../json-pass-through.js';
import { readCompletion } from './completions/read.js';
import { CompletionAnswerRenderer, CompletionStreamRenderer } from './completions/render.js';
import { OpenAiStreamPassThrough, usageOfOpenAiAnswer } from './pass-through.js';
import { readOpenAiChat, readOpenAiEmbeddings } from './read.js';
import { refuseStoredFiles } from './refuse-files.js';
import { OpenAiAnswerRenderer, OpenAiStreamRenderer, renderOpenAiEmbeddings } from './render.js';
import { openAiWire } from './wire.js';

type Body = ScannedJson['value'];

const wantsUsage = ({ value }: ScannedJson): boolean => optionsOf(value).include_usage === true;
const isStreamed = ({ value }: ScannedJson): boolean => value.stream === true;

const optionsOf = ({ stream_options: options }: Body): Readonly<Record<string, unknown>> => record(options);

/** Whether the usage is asked for in every chunk, for ourselves: of several choices each has its own, which says little. */
const asksContinuously = (body: Body, choices: number, upstream: UpstreamTraits | undefined): boolean =>
	upstream?.tellsUsageContinuously === true && choices === 1 && optionsOf(body).continuous_usage_stats !== true;

/** Asks an upstream for the usage of a stream, whatever the client asked for. */
function usageEdits(scanned: ScannedJson, isContinuous: boolean): Edit[] {
	if (!isStreamed(scanned) || (wantsUsage(scanned) && !isContinuous)) return [];
	const options = { ...optionsOf(scanned.value), include_usage: true };
	const bytes = JSON.stringify(isContinuous ? { ...options, continuous_usage_stats: true } : options);
	const span = scanned.spans.get('stream_options');
	if (span !== undefined) return [{ ...span, bytes }];
	const model = scanned.spans.get('model');
	return model === undefined ? [] : [{ start: model.end, end: model.end, bytes: `,"stream_options":${bytes}` }];
}

/** Chats and completions have one form of stream, which is whole when all of its choices have ended. */
const nativeOf = (choicesOf: (body: Body) => number): NativeAnswer => ({
	edits: (scanned, upstream) =>
		usageEdits(scanned, asksContinuously(scanned.value, choicesOf(scanned.value), upstream)),
	pipe: (context, upstream) => {
		if (!context.isStreamed) return new JsonPassThrough(usageOfOpenAiAnswer);
		const { value } = context.scanned;
		const choices = choicesOf(value);
		return new OpenAiStreamPassThrough(context.wantsUsage, choices, asksContinuously(value, choices, upstream));
	},
});

const answersOf = ({ n }: Body): number => wholeNumber(n) ?? 1;

/** `POST /v1/chat/completions` */
export const openAiChat: ClientOperation = {
	...openAiWire,
	wire: 'openai/chat',
	name: 'chat',
	check: (scanned) => {
		checkList(scanned, 'messages');
		refuseStoredFiles(scanned);
	},
	isStreamed,
	wantsUsage,
	outputCap: ({ value }) => {
		const cap = wholeNumber(value.max_completion_tokens) ?? wholeNumber(value.max_tokens);
		return cap === undefined ? undefined : cap * answersOf(value);
	},
	answers: ({ value }) => answersOf(value),
	native: nativeOf(answersOf),
	translation: {
		kind: 'chat',
		read: readOpenAiChat,
		renderer: (context) => (context.isStreamed ? new OpenAiStreamRenderer(context) : new OpenAiAnswerRenderer(context)),
	},
};

/** Answers to a completion's prompts: one for a text or a list of token ids, else one for each. */
const promptsOf = (prompt: unknown): number =>
	Array.isArray(prompt) && prompt.some((item) => typeof item !== 'number') ? prompt.length : 1;

const completionsOf = (body: Body): number =>
	Math.max(answersOf(body), wholeNumber(body.best_of) ?? 1) * promptsOf(body.prompt);

/** `POST /v1/completions`, which editors still use. */
export const openAiCompletions: ClientOperation = {
	...openAiWire,
	wire: 'openai/completions',
	name: 'completions',
	check: (scanned) => checkPresent(scanned, 'prompt', 'a text or a list'),
	isStreamed,
	wantsUsage,
	outputCap: ({ value }) => {
		const cap = wholeNumber(value.max_tokens);
		return cap === undefined ? undefined : cap * completionsOf(value);
	},
	answers: ({ value }) => completionsOf(value),
	native: nativeOf((body) => answersOf(body) * promptsOf(body.prompt)),
	translation: {
		kind: 'chat',
		read: readCompletion,
		renderer: (context) =>
			context.isStreamed ? new CompletionStreamRenderer(context) : new CompletionAnswerRenderer(context),
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
