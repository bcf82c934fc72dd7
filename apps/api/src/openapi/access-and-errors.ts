import type { OpenAPIObject } from '@nestjs/swagger';
import { statusOf } from '../edge/error-body.js';
import type { TableRoute } from '../edge/route-table.js';
import { type ErrorShape, shapeOf } from '../edge/shape.js';
import { templateOf } from './dialect-routes.js';
import type { Json } from './zod-converter.js';

const text = { type: 'string' };
const object = (properties: Json, required = Object.keys(properties)): Json => ({
	type: 'object',
	properties,
	required,
});

const problem = object({ field: text, code: text, message: text });
const shared = object({
	type: { const: 'error' },
	error: object({ type: text, message: text, param: { type: ['string', 'null'] }, code: { type: ['string', 'null'] } }),
	request_id: text,
});

const schemas: Readonly<Record<ErrorShape, readonly [string, Json]>> = {
	envelope: [
		'ErrorEnvelope',
		object({
			success: { const: false },
			data: { type: 'null' },
			message: text,
			errors: { type: 'array', items: problem },
			error: object({ code: text, message: text, service: text, requestId: text, eventId: text }, [
				'code',
				'message',
				'service',
				'requestId',
			]),
		}),
	],
	openai: ['OpenAiError', shared],
	anthropic: ['AnthropicError', shared],
	ollama: ['OllamaError', object({ error: text })],
};

/** The four error bodies, as components. */
export function describeErrors(document: OpenAPIObject): void {
	const components = (document.components ??= {});
	components.schemas = { ...components.schemas, ...Object.fromEntries(Object.values(schemas)) };
}

const refusals = (isProtected: boolean, takesInput: boolean): [number, string][] => [
	...(takesInput ? [[statusOf('invalid'), 'The request is not valid'] as [number, string]] : []),
	...(isProtected
		? ([
				[statusOf('unauthenticated'), 'No credentials, or bad ones'],
				[statusOf('denied'), 'A permission is missing'],
			] as [number, string][])
		: []),
];

/** Who may call each operation, and what it answers when it fails. */
export function describeAccess(document: OpenAPIObject, routes: readonly TableRoute[]): void {
	for (const { method, url, access } of routes) {
		const operation = (document.paths[templateOf(url)] as Json | undefined)?.[method.toLowerCase()] as Json | undefined;
		if (operation === undefined) continue;
		const isProtected = typeof access === 'object';
		const schema = { $ref: `#/components/schemas/${schemas[shapeOf(url, {})][0]}` };
		const content = { 'application/json': { schema } };
		const takesInput = operation.requestBody !== undefined || (operation.parameters as unknown[] | undefined)?.length;
		operation.security = isProtected ? [{ bearer: [] }, { apiKey: [] }] : access === 'optional' ? optional : [];
		if (isProtected) operation['x-required-permission'] = access.requires;
		const responses = operation.responses as Record<string, { description: string }>;
		operation.summary ??= Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1].description;
		operation.responses = {
			...responses,
			...Object.fromEntries(
				refusals(isProtected, Boolean(takesInput)).map(([status, description]) => [status, { description, content }]),
			),
			default: { description: 'Any other failure', content },
		};
	}
}

const optional = [{}, { bearer: [] }, { apiKey: [] }];
