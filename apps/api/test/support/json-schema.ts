/** As much of a JSON Schema as the OpenAPI document uses. */
export interface Schema {
	readonly $ref?: string;
	readonly type?: string | readonly string[];
	readonly const?: unknown;
	readonly enum?: readonly unknown[];
	readonly anyOf?: readonly Schema[];
	readonly oneOf?: readonly Schema[];
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly required?: readonly string[];
	readonly items?: Schema;
	readonly format?: string;
	readonly minimum?: number;
	readonly maximum?: number;
	readonly minLength?: number;
	readonly maxLength?: number;
	readonly examples?: readonly unknown[];
}
export type Schemas = Readonly<Record<string, Schema>>;

export const resolved = (schema: Schema, schemas: Schemas): Schema =>
	schema.$ref === undefined ? schema : (schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});

const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

const typeChecks: Readonly<Record<string, (value: unknown) => boolean>> = {
	object: isObject,
	array: Array.isArray,
	string: (value) => typeof value === 'string',
	boolean: (value) => typeof value === 'boolean',
	number: (value) => typeof value === 'number',
	integer: Number.isInteger,
	null: (value) => value === null,
};

/** Where `value` is not as the schema says; `undefined` when it is. */
export function misfit(value: unknown, from: Schema, schemas: Schemas, at = 'body'): string | undefined {
	const schema = resolved(from, schemas);
	const choices = schema.anyOf ?? schema.oneOf;
	if (choices !== undefined)
		return choices.some((choice) => misfit(value, choice, schemas, at) === undefined)
			? undefined
			: `${at}: no choice fits`;
	if ('const' in schema && value !== schema.const) return `${at} is not ${JSON.stringify(schema.const)}`;
	if (schema.enum !== undefined && !schema.enum.includes(value)) return `${at} is not one of the values`;
	const types = [schema.type ?? []].flat();
	if (types.length > 0 && !types.some((type) => typeChecks[type]?.(value))) return `${at} is not ${types.join(' or ')}`;
	if (isObject(value)) return misfitOfMembers(value, schema, schemas, at);
	if (!Array.isArray(value) || schema.items === undefined) return undefined;
	const { items } = schema;
	return value.map((item, n) => misfit(item, items, schemas, `${at}[${n}]`)).find((found) => found !== undefined);
}

function misfitOfMembers(
	value: Record<string, unknown>,
	{ properties = {}, required = [] }: Schema,
	schemas: Schemas,
	at: string,
): string | undefined {
	const missing = required.find((name) => value[name] === undefined);
	if (missing !== undefined) return `${at}.${missing} is missing`;
	return Object.entries(properties)
		.filter(([name]) => value[name] !== undefined)
		.map(([name, schema]) => misfit(value[name], schema, schemas, `${at}.${name}`))
		.find((found) => found !== undefined);
}
