import { AppError } from '#libs/kernel';
import { record } from '#libs/providers';
import type { ScannedJson } from '../../../json/scan-json.js';

const refuse = (param: string, why: string): AppError =>
	new AppError('invalid', 'unsupported_parameter', `${param} ${why}`, { param });

/** Fields that name what an upstream has stored, or make it store. `null` and `false` are harmless. */
const stored: Readonly<Record<string, string>> = {
	previous_response_id: 'is not served: responses are not stored; send the earlier items in input',
	conversation: 'is not served: send the earlier items in input',
	background: 'is not served: use a stream',
	prompt: 'is not served: send its text in instructions or input',
};

/**
 * Refuses whatever names things that lie at the upstream: organizations share its account, so that what one has stored
 * there must not be within another's reach. The same for every upstream.
 * @throws AppError invalid `unsupported_parameter`
 */
export function refuseStored({ value }: ScannedJson): void {
	for (const [name, why] of Object.entries(stored)) if (isSet(value[name])) throw refuse(name, why);
	itemsOf(value.input).forEach((item, at) => checkItem(item, `input.${at}`));
	itemsOf(value.tools).forEach((tool, at) => checkTool(tool, `tools.${at}`));
}

const isSet = (value: unknown): boolean => value !== undefined && value !== null && value !== false;

const itemsOf = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.map(record) : []);

function checkItem(item: Record<string, unknown>, path: string): void {
	if (item.type === 'item_reference')
		throw refuse(`${path}.type`, 'item_reference is not served: send the item itself');
	for (const name of ['content', 'output'])
		itemsOf(item[name]).forEach((part, at) => {
			if (isSet(part.file_id)) throw refuse(`${path}.${name}.${at}.file_id`, 'is not served: send the data itself');
		});
}

function checkTool(tool: Record<string, unknown>, path: string): void {
	if (tool.type === 'file_search') throw refuse(`${path}.type`, 'file_search is not served');
	if (typeof tool.container === 'string' || isSet(record(tool.container).file_ids))
		throw refuse(`${path}.container`, 'of your own is not served: use {"type":"auto"}');
}
