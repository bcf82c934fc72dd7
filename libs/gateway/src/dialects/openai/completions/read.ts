import { type ChatRequest, NO_WISHES, textMessage, type Untranslatable } from '#libs/providers';
import type { ScannedJson } from '../../../json/scan-json.js';
import { Fields } from '../../fields.js';
import { samplingOf } from '../read.js';

/** A completion as a chat with one message: models behind other protocols continue nothing, they answer. */
export function readCompletion({ value }: ScannedJson, model: string, lost: Untranslatable): ChatRequest {
	const fields = new Fields(value);
	const sampling = samplingOf(fields);
	if ((fields.string('suffix') ?? '') !== '') lost.add('suffix');
	if (fields.boolean('echo') === true) lost.add('echo');
	if ((fields.number('best_of') ?? sampling.n) !== sampling.n)
		lost.add('best_of', 'other than n is not supported for this model');
	return {
		...NO_WISHES,
		...sampling,
		model,
		messages: [textMessage('user', promptOf(fields))],
		maxTokens: fields.number('max_tokens'),
		logprobs: fields.number('logprobs'),
	};
}

/** One text: several would be several answers, and token ids mean something to one tokenizer alone. */
function promptOf(fields: Fields): string {
	const prompt = fields.raw('prompt');
	if (typeof prompt === 'string') return prompt;
	const [only, ...others] = fields.array('prompt');
	if (typeof only !== 'string' || others.length > 0)
		throw fields.unsupported('prompt', 'must be one text for this model');
	return only;
}
