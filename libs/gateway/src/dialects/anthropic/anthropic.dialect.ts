import { AppError } from '#libs/kernel';
import { type ForwardedHeaders, forbidsSampling } from '#libs/providers';
import type { ScannedJson } from '../../json/scan-json.js';
import { checkList, wholeNumber } from '../checks.js';
import type { ClientOperation } from '../client-operation.js';
import { JsonPassThrough } from '../json-pass-through.js';
import { anthropicErrorFrame } from './errors.js';
import { withoutForeignThinking } from './foreign-thinking.js';
import { AnthropicStreamPassThrough, usageOfAnthropicAnswer } from './pass-through.js';
import { readAnthropicMessages } from './read.js';
import { AnthropicAnswerRenderer, AnthropicStreamRenderer } from './render.js';

const VERSION = 'anthropic-version';

/** What all operations of this dialect share. */
const anthropicWire = {
	dialect: 'anthropic',
	streamType: 'text/event-stream; charset=utf-8',
	forwardedHeaders: [VERSION, 'anthropic-beta'],
	keepAlive: () => 'event: ping\ndata: {"type":"ping"}\n\n',
	errorFrame: (error: AppError, { requestId }: { readonly requestId: string }) => anthropicErrorFrame(error, requestId),
	wantsUsage: () => true,
} as const;

/** `POST /v1/messages` */
export const anthropicMessages: ClientOperation = {
	...anthropicWire,
	wire: 'anthropic/messages',
	name: 'chat',
	check: (scanned, forwarded) => {
		checkList(scanned, 'messages');
		checkCap(scanned);
		checkSampling(scanned, forwarded);
	},
	isStreamed: ({ value }) => value.stream === true,
	outputCap: ({ value }) => (value.max_tokens === 0 ? 0 : wholeNumber(value.max_tokens)),
	native: {
		edits: withoutForeignThinking,
		pipe: ({ isStreamed }) =>
			isStreamed ? new AnthropicStreamPassThrough() : new JsonPassThrough(usageOfAnthropicAnswer),
	},
	translation: {
		kind: 'chat',
		read: readAnthropicMessages,
		renderer: (context) =>
			context.isStreamed ? new AnthropicStreamRenderer(context) : new AnthropicAnswerRenderer(context),
	},
};

/** `POST /v1/messages/count_tokens`: a question about a prompt, no generation. */
export const anthropicCountTokens: ClientOperation = {
	...anthropicWire,
	wire: 'anthropic/count_tokens',
	name: 'count_tokens',
	check: (scanned) => checkList(scanned, 'messages'),
	isStreamed: () => false,
	outputCap: () => 0,
	native: { edits: withoutForeignThinking, pipe: () => new JsonPassThrough(() => undefined) },
	translation: undefined,
};

/** @throws AppError invalid: the protocol has no default; 0 warms a cache */
function checkCap({ value }: ScannedJson): void {
	const { max_tokens: cap } = value;
	if (typeof cap === 'number' && Number.isSafeInteger(cap) && cap >= 0) return;
	throw new AppError('invalid', 'invalid_field', 'max_tokens must be a whole number: the most tokens of the answer', {
		param: 'max_tokens',
	});
}

/** @throws AppError invalid when the client's API version does not have the field */
function checkSampling({ value }: ScannedJson, forwarded: ForwardedHeaders): void {
	const version = forwarded[VERSION];
	if (version === undefined || !forbidsSampling(version)) return;
	for (const param of ['temperature', 'top_p', 'top_k'])
		if (value[param] !== undefined && value[param] !== null)
			throw new AppError(
				'invalid',
				'invalid_field',
				`${param} must be left out: API version ${version} has no such field`,
				{
					param,
				},
			);
}
