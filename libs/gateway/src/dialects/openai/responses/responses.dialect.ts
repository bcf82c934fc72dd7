import type { ScannedJson } from '../../../json/scan-json.js';
import type { Edit } from '../../../json/splice.js';
import { checkPresent, wholeNumber } from '../../checks.js';
import type { ClientOperation } from '../../client-operation.js';
import { JsonPassThrough } from '../../json-pass-through.js';
import { openAiWire } from '../wire.js';
import { ResponseStreamPassThrough, usageIn } from './pass-through.js';
import { progressOf } from './progress.js';
import { readResponse } from './read.js';
import { refuseStored } from './refuse-stored.js';
import { ResponseAnswerRenderer, ResponseStreamRenderer } from './render.js';

/** Nothing is to be kept at an upstream, whatever the client says. */
function storeNothing({ value, spans }: ScannedJson): Edit[] {
	const span = spans.get('store');
	if (span !== undefined) return value.store === false ? [] : [{ ...span, bytes: 'false' }];
	const model = spans.get('model');
	return model === undefined ? [] : [{ start: model.end, end: model.end, bytes: ',"store":false' }];
}

/** `POST /v1/responses` */
export const openAiResponses: ClientOperation = {
	...openAiWire,
	wire: 'openai/responses',
	name: 'responses',
	errorFrame: (error, context) => (progressOf(context) ?? new ResponseStreamRenderer(context)).failed(error),
	check: (scanned) => {
		checkPresent(scanned, 'input', 'a text or a list of items');
		refuseStored(scanned);
	},
	isStreamed: ({ value }) => value.stream === true,
	wantsUsage: () => true,
	outputCap: ({ value }) => wholeNumber(value.max_output_tokens),
	native: {
		edits: storeNothing,
		pipe: (context) => (context.isStreamed ? new ResponseStreamPassThrough(context) : new JsonPassThrough(usageIn)),
	},
	translation: {
		kind: 'chat',
		read: readResponse,
		renderer: (context) =>
			context.isStreamed ? new ResponseStreamRenderer(context) : new ResponseAnswerRenderer(context),
	},
};
