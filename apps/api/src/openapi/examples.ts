import type { Json } from './zod-converter.js';

/** As much of a JSON Schema as an example is made of. */
interface Schema {
	readonly $ref?: string;
	readonly type?: string | readonly string[];
	readonly const?: unknown;
	readonly enum?: readonly unknown[];
	readonly example?: unknown;
	readonly examples?: readonly unknown[];
	readonly default?: unknown;
	readonly anyOf?: readonly Schema[];
	readonly oneOf?: readonly Schema[];
	readonly allOf?: readonly Schema[];
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly required?: readonly string[];
	readonly items?: Schema;
	readonly format?: string;
	readonly pattern?: string;
	readonly minimum?: number;
	readonly exclusiveMinimum?: number;
	readonly minLength?: number;
	readonly minItems?: number;
}
type Schemas = Readonly<Record<string, unknown>>;

const ID = '0195f2b4-7c1e-7a34-9d0f-3b6f8f1c2d4e';
const formats: Readonly<Record<string, string>> = {
	uuid: ID,
	'date-time': '2026-01-31T12:00:00.000Z',
	date: '2026-01-31',
	email: 'ada@example.org',
	uri: 'https://example.org',
};
const DEEPEST = 8;
/** Of an object without required members, so that the example of a change shows one. */
const SHOWN = 2;

/** An example of what a schema describes: from its own examples where it has some, else the smallest that is valid. */
export function exampleOf(schema: Schema, schemas: Schemas, depth = 0): unknown {
	if (schema.$ref !== undefined)
		return exampleOf((schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}) as Schema, schemas, depth);
	const given = schema.example ?? schema.examples?.[0] ?? schema.const ?? schema.enum?.[0] ?? schema.default;
	if (given !== undefined) return given;
	const alternatives = schema.anyOf ?? schema.oneOf;
	if (alternatives !== undefined) return exampleOf(alternatives[0] ?? {}, schemas, depth + 1);
	if (schema.allOf !== undefined && schema.type === undefined)
		return Object.assign({}, ...schema.allOf.map((part) => exampleOf(part, schemas, depth + 1)));
	const type = Array.isArray(schema.type) ? (schema.type as string[])[0] : (schema.type as string | undefined);
	if (type === 'object' || schema.properties !== undefined) return objectOf(schema, schemas, depth);
	if (type === 'array') return listOf(schema, schemas, depth);
	return scalarOf(type, schema);
}

function objectOf({ properties = {}, required = [] }: Schema, schemas: Schemas, depth: number): Json {
	if (depth > DEEPEST) return {};
	const names = Object.keys(properties).filter(
		(name, at) => required.includes(name) || hasExample(properties[name]) || (required.length === 0 && at < SHOWN),
	);
	return Object.fromEntries(names.map((name) => [name, exampleOf(properties[name] ?? {}, schemas, depth + 1)]));
}

const hasExample = (schema: Schema | undefined): boolean =>
	schema?.example !== undefined || schema?.examples !== undefined;

function listOf({ items = {}, minItems = 0 }: Schema, schemas: Schemas, depth: number): unknown[] {
	if (depth > DEEPEST && minItems === 0) return [];
	return [exampleOf(items, schemas, depth + 1)];
}

function scalarOf(type: string | undefined, schema: Schema): unknown {
	if (type === 'integer' || type === 'number')
		return Math.max(schema.minimum ?? 0, (schema.exclusiveMinimum ?? -1) + 1);
	if (type === 'boolean') return true;
	if (type === 'null') return null;
	if (type === 'string') return formats[schema.format ?? ''] ?? wordOf(schema);
	return {};
}

/** Amounts are digits, ids are ids, everything else a word that is long enough. */
function wordOf({ pattern, allOf = [], minLength = 1 }: Schema): string {
	const patterns = [pattern, ...allOf.map((part) => part.pattern)].filter((each) => each !== undefined);
	const words = ['text', '1000', ID, 'a'.repeat(43), 'a'.repeat(64), `sha256:${'a'.repeat(64)}`];
	const fits = (word: string): boolean => patterns.every((each) => new RegExp(each, 'u').test(word));
	return words.find((word) => word.length >= minLength && fits(word)) ?? 'text'.padEnd(minLength, 't');
}
