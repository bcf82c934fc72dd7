import { asArray, asNumber, asObject, asString, type Json } from './json.js';

const MAX_DEPTH = 12;
const BY_FORMAT: Readonly<Record<string, string>> = {
	'date-time': '2026-01-01T00:00:00Z',
	date: '2026-01-01',
	email: 'someone@example.test',
	uri: 'https://example.test/',
	uuid: '00000000-0000-4000-8000-000000000000',
};

interface Context {
	/** where `$ref` points into */
	readonly root: Json;
	/** what strings say */
	readonly text: string;
	readonly depth: number;
}

/** A value that satisfies a JSON schema, as a model under constrained decoding gives one. */
export const sampleOf = (schema: unknown, text: string): unknown =>
	sample(asObject(schema), { root: asObject(schema), text, depth: 0 });

function sample(schema: Json, context: Context): unknown {
	if (context.depth > MAX_DEPTH) return null;
	const inner = { ...context, depth: context.depth + 1 };
	if (typeof schema.$ref === 'string') return sample(resolve(schema.$ref, context.root), inner);
	if (Object.hasOwn(schema, 'const')) return schema.const;
	const options = asArray(schema.enum);
	if (options.length > 0) return options[0];
	for (const choice of [schema.anyOf, schema.oneOf])
		if (asArray(choice).length > 0) return sample(asObject(asArray(choice)[0]), inner);
	if (asArray(schema.allOf).length > 0) return sample(merged(schema), inner);
	return ofType(schema, inner);
}

const resolve = (reference: string, root: Json): Json =>
	reference
		.replace(/^#\/?/, '')
		.split('/')
		.filter((part) => part !== '')
		.reduce((value, part) => asObject(value[part]), root);

function merged({ allOf, ...rest }: Json): Json {
	const parts = [rest, ...asArray(allOf).map(asObject)];
	const properties = Object.assign({}, ...parts.map((part) => asObject(part.properties))) as Json;
	return { ...Object.assign({}, ...parts), properties } as Json;
}

function typeOf(schema: Json): string {
	const type = Array.isArray(schema.type) ? asString(schema.type[0]) : asString(schema.type);
	if (type !== '') return type;
	return schema.items !== undefined ? 'array' : schema.properties !== undefined ? 'object' : 'string';
}

function ofType(schema: Json, context: Context): unknown {
	switch (typeOf(schema)) {
		case 'object':
			return Object.fromEntries(
				Object.entries(asObject(schema.properties)).map(([name, property]) => [
					name,
					sample(asObject(property), context),
				]),
			);
		case 'array':
			return Array.from({ length: asNumber(schema.minItems) ?? 1 }, () => sample(asObject(schema.items), context));
		case 'integer':
		case 'number':
			return asNumber(schema.minimum) ?? 7;
		case 'boolean':
			return true;
		case 'null':
			return null;
		default:
			return textFor(schema, context.text);
	}
}

function textFor(schema: Json, text: string): string {
	const known = BY_FORMAT[asString(schema.format)];
	if (known !== undefined) return known;
	return text.slice(0, asNumber(schema.maxLength) ?? 64).padEnd(asNumber(schema.minLength) ?? 0, 'x');
}
