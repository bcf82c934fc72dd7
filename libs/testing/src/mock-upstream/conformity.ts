import { isDeepStrictEqual } from 'node:util';
import { asArray, asNumber, asObject, type Json } from './json.js';

const typeOf = (value: unknown): string =>
	value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value;

const isOfType = (value: unknown, type: unknown): boolean => {
	const types = typeof type === 'string' ? [type] : asArray(type);
	const actual = typeOf(value);
	return types.length === 0 || types.includes(actual) || (actual === 'integer' && types.includes('number'));
};

/** Whether a value satisfies a JSON schema, as far as tests write schemas: types, enums, unions, required, items, bounds. */
export function matches(schema: Json, value: unknown): boolean {
	if (Object.hasOwn(schema, 'const')) return isDeepStrictEqual(value, schema.const);
	if (Array.isArray(schema.enum)) return schema.enum.some((option) => isDeepStrictEqual(option, value));
	const choices = asArray(schema.anyOf ?? schema.oneOf);
	if (choices.length > 0) return choices.some((choice) => matches(asObject(choice), value));
	if (!isOfType(value, schema.type)) return false;
	if (typeof value === 'number') return value >= (asNumber(schema.minimum) ?? -Infinity);
	if (typeof value === 'string')
		return (
			value.length >= (asNumber(schema.minLength) ?? 0) && value.length <= (asNumber(schema.maxLength) ?? Infinity)
		);
	if (Array.isArray(value))
		return (
			value.length >= (asNumber(schema.minItems) ?? 0) && value.every((item) => matches(asObject(schema.items), item))
		);
	return typeof value !== 'object' || value === null || objectMatches(schema, asObject(value));
}

function objectMatches(schema: Json, value: Json): boolean {
	const properties = asObject(schema.properties);
	return (
		asArray(schema.required).every((name) => Object.hasOwn(value, String(name))) &&
		Object.entries(value).every(([name, item]) =>
			Object.hasOwn(properties, name)
				? matches(asObject(properties[name]), item)
				: schema.additionalProperties !== false,
		)
	);
}
