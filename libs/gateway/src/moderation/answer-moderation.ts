import { AppError } from '#libs/kernel';
import { Fields } from '../dialects/fields.js';
import { scanJson } from '../json/scan-json.js';
import { moderate, type ModerationResult } from './moderate.js';

export const LOCAL_MODERATION_MODEL = 'parallama-moderation-local';

/** What unmodified clients of OpenAI ask for; the answer says which model it is by. */
const known: ReadonlySet<string> = new Set([
	LOCAL_MODERATION_MODEL,
	'omni-moderation-latest',
	'omni-moderation-2024-09-26',
	'text-moderation-latest',
	'text-moderation-stable',
]);

/** Longer ones would keep others waiting. */
const MAX_CHARACTERS = 50_000;

export interface ModerationAnswer {
	readonly id: string;
	readonly model: string;
	readonly results: readonly ModerationResult[];
}

/**
 * `POST /v1/moderations`: judged here, by rules; no upstream sees the text.
 * @throws AppError invalid, naming the field; missing `model_not_found`
 */
export function answerModeration(body: Buffer, requestId: string): ModerationAnswer {
	const fields = new Fields(scanJson(body).value);
	if (!known.has(fields.string('model') ?? LOCAL_MODERATION_MODEL))
		throw new AppError('missing', 'model_not_found', `The only model that moderates is ${LOCAL_MODERATION_MODEL}`, {
			param: 'model',
		});
	const texts = textsOf(fields);
	if (texts.reduce((sum, { length }) => sum + length, 0) > MAX_CHARACTERS)
		throw fields.wrong('input', `at most ${MAX_CHARACTERS} characters in all`);
	return {
		id: `modr-${requestId.replaceAll('-', '').slice(0, 32)}`,
		model: LOCAL_MODERATION_MODEL,
		results: texts.map(moderate),
	};
}

/** A text or a list of texts is judged each by itself; parts are one input together. */
function textsOf(fields: Fields): string[] {
	const input = fields.raw('input');
	if (typeof input === 'string') return [input];
	const items = fields.array('input');
	if (items.length === 0) throw fields.wrong('input', 'a text, a list of texts, or a list of parts');
	if (items.every((item): item is string => typeof item === 'string')) return items;
	return [fields.objects('input').map(textOf).join('\n')];
}

function textOf(part: Fields): string {
	if (part.string('type') !== 'text') throw part.unsupported('type', 'must be text: nothing here looks at images');
	return part.string('text') ?? '';
}
