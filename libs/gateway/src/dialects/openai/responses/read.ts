import { type ChatRequest, NO_WISHES, type Untranslatable } from '#libs/providers';
import type { ScannedJson } from '../../../json/scan-json.js';
import { Fields } from '../../fields.js';
import { readTools } from '../tool-choice.js';
import { effortOf, formatOf } from '../wishes.js';
import { messagesOf } from './read-input.js';

/** Would change the answer, and no other protocol can express it. */
const untranslatable = ['context_management', 'moderation', 'image', 'access_programs'];
const LOGPROBS = 'message.output_text.logprobs';

/** A response's request in the canonical form. */
export function readResponse({ value }: ScannedJson, model: string, lost: Untranslatable): ChatRequest {
	const fields = new Fields(value);
	refuse(fields, lost);
	const text = fields.object('text');
	const reasoning = fields.object('reasoning');
	return {
		...NO_WISHES,
		model,
		isStreamed: fields.boolean('stream') ?? false,
		messages: messagesOf(fields, lost),
		...readTools(fields, (tool) => tool, lost),
		parallelTools: fields.boolean('parallel_tool_calls'),
		maxTokens: fields.number('max_output_tokens'),
		temperature: fields.number('temperature'),
		topP: fields.number('top_p'),
		logprobs: logprobsOf(fields),
		format: formatOf(text?.object('format'), (format) => format),
		reasoning: effortOf(reasoning?.string('effort'), (expected) => fields.wrong('reasoning.effort', expected)),
		userId: fields.string('user') ?? fields.string('safety_identifier'),
		cacheKey: fields.string('prompt_cache_key'),
	};
}

function refuse(fields: Fields, lost: Untranslatable): void {
	for (const name of untranslatable) if (fields.has(name)) lost.add(name);
	if ((fields.string('truncation') ?? 'disabled') !== 'disabled')
		lost.add('truncation', 'other than "disabled" is not supported for this model');
	if ((fields.object('text')?.string('verbosity') ?? 'medium') !== 'medium')
		lost.add('text.verbosity', 'other than "medium" is not supported for this model');
}

function logprobsOf(fields: Fields): number | undefined {
	const most = fields.number('top_logprobs') ?? 0;
	return most > 0 || fields.array('include').includes(LOGPROBS) ? most : undefined;
}
