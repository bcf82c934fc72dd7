import type { OpenAPIObject } from '@nestjs/swagger';
import type { z } from 'zod';
import type { DialectOperation } from '../edge/dialect-operation.js';
import type { TableRoute } from '../edge/route-table.js';
import type { Json, ZodConverter } from './zod-converter.js';

/** `/v1/models/:id` and `/v1/models/*` as OpenAPI writes them. */
export const templateOf = (url: string): string => url.replaceAll(/:(\w+)/g, '{$1}').replace(/\*$/, '{path}');

/** The parameter of a `*` by the name that the path has for it. */
export function nameWildcards(document: OpenAPIObject): void {
	for (const item of Object.values(document.paths))
		for (const operation of Object.values(item as Record<string, { parameters?: { name: string }[] }>))
			for (const parameter of operation.parameters ?? []) if (parameter.name === '*') parameter.name = 'path';
}

/** Adds the routes that are registered on Fastify itself, by the same conversion as the controllers' schemas. */
export function addDialectRoutes(document: OpenAPIObject, routes: readonly TableRoute[], convert: ZodConverter): void {
	for (const { method, url, document: operation } of routes) {
		if (operation === undefined || method === 'HEAD') continue;
		const path = templateOf(url);
		const item = (document.paths[path] ??= {}) as Json;
		item[method.toLowerCase()] = describe(document, { method, path, operation }, convert);
	}
}

interface Described {
	readonly method: string;
	readonly path: string;
	readonly operation: DialectOperation;
}

function describe(document: OpenAPIObject, { method, path, operation }: Described, convert: ZodConverter): Json {
	const { tag, summary, body, response, streamType } = operation;
	const add = (schema: z.ZodType, schemaType: 'input' | 'output'): Json => {
		const converted = convert(schema, { schemaType });
		const components = (document.components ??= {});
		components.schemas = { ...components.schemas, ...converted?.components };
		return { schema: converted?.schema ?? {} };
	};
	const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
	return {
		operationId: `${method.toLowerCase()}_${path.replaceAll(/\W+/g, '_').replaceAll(/^_|_$/g, '')}`,
		tags: [tag],
		summary,
		parameters: names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
		...(body === undefined
			? {}
			: { requestBody: { required: true, content: { 'application/json': add(body, 'input') } } }),
		responses: {
			200: {
				description: 'OK',
				content: {
					...(response === undefined ? {} : { 'application/json': add(response, 'output') }),
					...(streamType === undefined ? {} : { [streamType]: { schema: { type: 'string' } } }),
				},
			},
		},
	};
}
