import fc, { type Arbitrary } from 'fast-check';
import { resolved, type Schema, type Schemas } from './json-schema.js';

interface Operation {
	readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
	readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
	readonly responses: Readonly<
		Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
	>;
}
export interface OpenApi {
	readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
	readonly components: { readonly schemas: Schemas };
}

export interface OddRequest {
	readonly method: string;
	readonly path: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string | undefined;
	/** `undefined` where no operation is described. */
	readonly operation: Operation | undefined;
}

const odd: Arbitrary<unknown> = fc.oneof(
	fc.constantFrom(null, true, false, 0, -0, -1, 0.5, 2 ** 31, 2 ** 53, 1e308, -1e308, '', ' ', [], {}, [[]], [null]),
	fc.constantFrom(
		'\u0000',
		'a\u0000b',
		'\uD800',
		'\u202Eevil',
		'__proto__',
		'constructor',
		'../../etc/passwd',
		'%00',
		'null',
	),
	fc.constantFrom("'; DROP TABLE users; --", '${jndi:ldap://x}', 'x'.repeat(10_000), '9'.repeat(400), '\r\nx: y', '𝒳'),
	fc.string({ unit: 'binary', maxLength: 40 }),
	fc.double(),
	fc.jsonValue({ maxDepth: 3 }),
);

const formats: Readonly<Record<string, Arbitrary<unknown>>> = {
	uuid: fc.uuid(),
	email: fc.constantFrom('a@example.test', 'Ab.c+d@example.test'),
	uri: fc.constantFrom('https://example.test/v1', 'http://127.0.0.1:1'),
	'date-time': fc
		.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
		.map((date) => date.toISOString()),
};

function text({ format = '', minLength = 0, maxLength = 30 }: Schema): Arbitrary<unknown> {
	return formats[format] ?? fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, 30)) });
}

/** Values that the schema allows; what it says beyond types is followed roughly. */
function likely(from: Schema, schemas: Schemas, depth = 0): Arbitrary<unknown> {
	const schema = resolved(from, schemas);
	if (depth > 5) return fc.constant(null);
	if ('const' in schema) return fc.constant(schema.const);
	if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
	const choices = schema.anyOf ?? schema.oneOf;
	if (choices !== undefined) return fc.oneof(...choices.map((choice) => likely(choice, schemas, depth + 1)));
	if (schema.examples !== undefined && depth % 2 === 1) return fc.constantFrom(...schema.examples);
	const { minimum: min = -5, maximum: max = 100_000 } = schema;
	switch ([schema.type].flat()[0]) {
		case 'string':
			return text(schema);
		case 'boolean':
			return fc.boolean();
		case 'integer':
			return fc.integer({ min, max: Math.min(max, 2 ** 31 - 1) });
		case 'number':
			return fc.double({ min, max, noNaN: true });
		case 'array':
			return fc.array(likely(schema.items ?? {}, schemas, depth + 1), { maxLength: 3 });
		case 'object':
			return members(schema, schemas, depth);
		default:
			return odd;
	}
}

function members({ properties = {}, required = [] }: Schema, schemas: Schemas, depth: number): Arbitrary<unknown> {
	const names = Object.keys(properties);
	const values = Object.fromEntries(names.map((name) => [name, likely(properties[name] ?? {}, schemas, depth + 1)]));
	return fc.record(values, { requiredKeys: names.filter((name) => required.includes(name)) });
}

/** A good body that is then spoiled: a wrong type, a field too few, a field too many, or all of it. */
function bodies(schema: Schema, schemas: Schemas): Arbitrary<string | undefined> {
	const good = likely(schema, schemas);
	const spoiled = fc
		.tuple(good, fc.nat(), odd, fc.constantFrom('replace', 'remove', 'add'))
		.map(([value, n, bad, how]) => {
			if (typeof value !== 'object' || value === null) return bad;
			const names = Object.keys(value);
			const name = names[n % Math.max(1, names.length)] ?? 'x';
			if (how === 'remove') return Object.fromEntries(Object.entries(value).filter(([key]) => key !== name));
			return { ...value, [how === 'add' ? `extra${n}` : name]: bad };
		});
	return fc.oneof(
		{ weight: 2, arbitrary: good.map((value) => JSON.stringify(value)) },
		{ weight: 6, arbitrary: spoiled.map((value) => JSON.stringify(value)) },
		{ weight: 1, arbitrary: odd.map((value) => JSON.stringify(value)) },
		{
			weight: 1,
			arbitrary: fc.constantFrom(undefined, '', '{', '{"a":1}}', '\uFEFF{}', '{"a":1,"a":2}', '{"__proto__":{}}'),
		},
	);
}

const written = (value: unknown): string =>
	encodeURIComponent((typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).toWellFormed());
const ids = fc.oneof(
	fc.uuid(),
	odd.map((value) => written(value).slice(0, 600)),
	fc.constantFrom(
		'%',
		'%zz',
		'%00',
		'%C0%AF',
		'..',
		'.',
		'%2F',
		'%2e%2e%2f',
		'00000000-0000-7000-8000-000000000001',
		'*',
		';a=b',
	),
);

function queries(operation: Operation | undefined, schemas: Schemas): Arbitrary<string> {
	const own = (operation?.parameters ?? []).filter((parameter) => parameter.in === 'query');
	const names = fc.constantFrom(...own.map(({ name }) => name), 'limit', 'cursor', '__proto__', 'x[y]', '');
	const pair = fc.oneof(
		fc.tuple(names, odd).map(([name, value]) => `${written(name)}=${written(value).slice(0, 1_000)}`),
		...own.map(({ name, schema }) => likely(schema, schemas).map((value) => `${name}=${written(value)}`)),
	);
	const list = fc.array(pair, { maxLength: 4 }).map((pairs) => (pairs.length === 0 ? '' : `?${pairs.join('&')}`));
	return fc.oneof(
		{ weight: 9, arbitrary: list },
		{ weight: 1, arbitrary: fc.constantFrom('?', '?%', '?&&=', '?%zz=1') },
	);
}

/** Good credentials. */
export interface Proofs {
	readonly key: string;
	readonly accessToken: string;
}
type Headers = Readonly<Record<string, string>>;

const credentials = ({ key, accessToken }: Proofs): Arbitrary<Headers> =>
	fc.oneof(
		{ weight: 5, arbitrary: fc.constantFrom<Headers[]>({ 'x-api-key': key }, { authorization: `Bearer ${key}` }) },
		{ weight: 3, arbitrary: fc.constant<Headers>({ authorization: `Bearer ${accessToken}` }) },
		{
			weight: 2,
			arbitrary: fc.constantFrom<Headers[]>(
				{},
				{ 'api-key': 'pl_x' },
				{ authorization: 'Basic eDp5' },
				{ authorization: 'Bearer a.b.c' },
				{ authorization: `Bearer ${accessToken}x` },
				{ 'x-api-key': key, 'api-key': 'other' },
			),
		},
	);

const asNames = (names: readonly string[]): Arbitrary<Headers> =>
	fc.constantFrom<Headers[]>({}, {}, ...names.map((name) => ({ [name]: 'x' })));

/** Requests for an operation, as its document says and otherwise. */
function requestsFor(document: OpenApi, proofs: Proofs, method: string, template: string): Arbitrary<OddRequest> {
	const { schemas } = document.components;
	const operation = document.paths[template]?.[method];
	const schema = operation?.requestBody?.content['application/json']?.schema;
	const parts = template.split(/\{\w+\}/);
	const types = [
		'application/json',
		'application/json',
		'application/json',
		'application/json',
		'text/plain',
		'application/json; charset=latin1',
		'x',
	];
	return fc
		.record({
			filling: fc.tuple(...parts.slice(1).map(() => ids)),
			query: queries(operation, schemas),
			body: schema === undefined ? fc.constantFrom(undefined, undefined, '{}') : bodies(schema, schemas),
			credential: credentials(proofs),
			type: fc.constantFrom(...types),
			extra: asNames(['idempotency-key', 'anthropic-version', 'x-request-id', 'origin', 'cookie', 'accept-encoding']),
			verb: fc.constantFrom(
				...Array.from({ length: 50 }, () => method),
				'get',
				'post',
				'put',
				'delete',
				'patch',
				'options',
			),
		})
		.map(({ filling, query, body, credential: proof, type, extra, verb }) => ({
			method: verb.toUpperCase(),
			path: parts.reduce((path, part, n) => path + (filling[n - 1] ?? '') + part) + query,
			headers: { ...proof, ...extra, ...(body === undefined || verb === 'get' ? {} : { 'content-type': type }) },
			body: verb === 'get' ? undefined : body,
			operation: verb === method ? operation : undefined,
		}));
}

/** Requests for all that the document describes, alike often, and for `others`, which it does not. */
export function oddRequests(
	document: OpenApi,
	others: readonly string[],
	proofs: (path: string) => Proofs,
): Arbitrary<OddRequest> {
	const described = Object.entries(document.paths).flatMap(([path, item]) =>
		Object.keys(item).map((method) => ({ method, path })),
	);
	const all = [...described, ...others.map((path) => ({ method: 'get', path }))];
	return fc.oneof(...all.map(({ method, path }) => requestsFor(document, proofs(path), method, path)));
}
