import type { OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';

export type Json = Record<string, unknown>;
type Io = 'input' | 'output';

/** A schema of the document, and the named schemas it refers to. */
export interface ConvertedSchema {
	readonly schema: Json;
	readonly components: Record<string, Json>;
}
export type ZodConverter = (schema: unknown, options: { schemaType: Io }) => ConvertedSchema | undefined;

const ROOT = '#/components/schemas/';
const references = /"#\/(?:\$defs|components\/schemas)\/([\w.-]+)"/g;

/**
 * Answers may get more fields at any time, so they do not close their objects; `format` says what zod also writes as a
 * long pattern. 'any': an answer may start from a Date, which is never shown in that form.
 */
const options = (io: Io) =>
	({
		io,
		target: 'draft-2020-12',
		unrepresentable: 'any',
		override: ({ jsonSchema }: { jsonSchema: Json }) => {
			if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
			if (jsonSchema.format === 'lowercase' && isUuid(jsonSchema.allOf)) {
				jsonSchema.format = 'uuid'; // written in lower case or not, it is one
				delete jsonSchema.allOf;
			}
			// the same without a property class, which readers of patterns without the flag u do not know
			if (typeof jsonSchema.pattern === 'string')
				jsonSchema.pattern = jsonSchema.pattern.replaceAll(
					String.raw`\P{Cc}`,
					String.raw`[^\u0000-\u001f\u007f-\u009f]`,
				);
			if (jsonSchema.format === 'uuid' || jsonSchema.format === 'date-time') delete jsonSchema.pattern;
		},
	}) as const;
const isUuid = (parts: unknown): boolean =>
	Array.isArray(parts) && parts.some(({ pattern }: { pattern?: string }) => pattern?.startsWith('^([0-9a-fA-F]{8}-'));

const namesIn = (json: unknown) => [...JSON.stringify(json).matchAll(references)].map((match) => match[1] ?? '');

/** Every schema with an id, in one of its two forms. */
function registered(io: Io): Record<string, Json> {
	const { schemas } = z.toJSONSchema(z.globalRegistry, { ...options(io), uri: (id) => ROOT + id });
	return Object.fromEntries(
		Object.entries(schemas).map(([id, { $id: _id, $schema: _schema, ...schema }]) => [id, schema as Json]),
	);
}

/** Names whose request form differs from their response form, also by what they refer to. */
function twofoldNames(all: Record<Io, Record<string, Json>>): ReadonlySet<string> {
	const twofold = new Set(
		Object.keys(all.input).filter((id) => JSON.stringify(all.input[id]) !== JSON.stringify(all.output[id])),
	);
	for (let before = -1; before !== twofold.size; ) {
		before = twofold.size;
		for (const [id, schema] of Object.entries(all.input))
			if (namesIn(schema).some((name) => twofold.has(name))) twofold.add(id);
	}
	return twofold;
}

/**
 * Schemas named with .meta({ id }) become components. The built-in converter stores the request and the response form of a
 * schema (which differ by defaults, coercions and transforms) under one name; here such a schema gives `Name` (response)
 * and `NameInput` (request).
 */
export function zodConverter(): ZodConverter {
	const all = { input: registered('input'), output: registered('output') };
	const twofold = twofoldNames(all);
	return (schema, { schemaType: io }) => {
		if (!(schema instanceof z.ZodType)) return undefined;
		const nameOf = (id: string) => (io === 'input' && twofold.has(id) ? `${id}Input` : id);
		const renamed = (json: unknown): Json =>
			JSON.parse(JSON.stringify(json).replace(references, (_, id: string) => `"${ROOT}${nameOf(id)}"`));
		const components: Record<string, Json> = {};
		const visit = (json: unknown): void => {
			for (const id of namesIn(json)) {
				if (components[nameOf(id)] !== undefined || all[io][id] === undefined) continue;
				components[nameOf(id)] = renamed(all[io][id]);
				visit(all[io][id]);
			}
		};
		const { id } = z.globalRegistry.get(schema) ?? {};
		const root = id === undefined ? inline(schema, io) : { $ref: ROOT + id };
		visit(root);
		return { schema: renamed(root), components };
	};
}

function inline(schema: z.ZodType, io: Io): Json {
	const { $schema: _schema, $defs: _defs, ...root } = z.toJSONSchema(schema, options(io)) as Json;
	return root;
}

/** A request-only schema needs no suffix: NameInput becomes Name when the document has no Name. */
export function withoutNeedlessSuffix(document: OpenAPIObject): OpenAPIObject {
	const names = Object.keys(document.components?.schemas ?? {});
	const needless = new Set(names.filter((name) => name.endsWith('Input') && !names.includes(name.slice(0, -5))));
	const rename = (name: string) => (needless.has(name) ? name.slice(0, -5) : name);
	const renamed: OpenAPIObject = JSON.parse(
		JSON.stringify(document).replace(references, (_, name: string) => `"${ROOT}${rename(name)}"`),
	);
	if (renamed.components?.schemas !== undefined)
		renamed.components.schemas = Object.fromEntries(
			Object.entries(renamed.components.schemas).map(([name, schema]) => [rename(name), schema]),
		);
	return renamed;
}
