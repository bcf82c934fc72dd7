import type { ChatFormat, ChatRequest } from '#libs/providers';
import type { Fields } from '../fields.js';

/** `path` names the field for a complaint. */
export function effortOf(effort: string | undefined, wrong: (expected: string) => Error): ChatRequest['reasoning'] {
	switch (effort) {
		case undefined:
			return undefined;
		case 'none':
			return false;
		case 'minimal':
		case 'low':
		case 'medium':
		case 'high':
			return effort;
		case 'xhigh':
		case 'max':
			return 'max';
		default:
			throw wrong('one of none, minimal, low, medium, high, xhigh, max');
	}
}

/** A wish for the form of an answer. `unnest` finds the schema's fields: chats nest them, responses do not. */
export function formatOf(
	format: Fields | undefined,
	unnest: (format: Fields) => Fields | undefined,
): ChatFormat | undefined {
	switch (format?.string('type')) {
		case undefined:
		case 'text':
			return undefined;
		case 'json_object':
			return { type: 'json' };
		case 'json_schema':
			return schemaOf(format === undefined ? undefined : unnest(format));
		default:
			throw format?.wrong('type', 'one of text, json_object, json_schema');
	}
}

function schemaOf(fields: Fields | undefined): ChatFormat {
	const strict = fields?.boolean('strict');
	const description = fields?.string('description');
	return {
		type: 'schema',
		schema: fields?.raw('schema') ?? {},
		name: fields?.string('name'),
		...(strict === undefined ? {} : { strict }),
		...(description === undefined ? {} : { description }),
	};
}
