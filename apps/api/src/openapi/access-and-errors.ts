import type { OpenAPIObject } from '@nestjs/swagger';
import { limitClasses, type LimitName } from '../edge/limits.js';
import { permissionsOf, type TableRoute } from '../edge/route-table.js';
import { type ErrorShape, shapeOf } from '../edge/shape.js';
import { templateOf } from './dialect-routes.js';
import { exampleOf } from './examples.js';
import { failureResponses, requestId } from './failures.js';
import { streams } from './streams.js';
import type { Json } from './zod-converter.js';

interface Media {
	schema?: Json;
	example?: unknown;
}
interface Response {
	readonly description: string;
	readonly headers?: Json;
	readonly content?: Record<string, Media>;
}
interface Operation extends Json {
	summary?: string | undefined;
	description?: string;
	security?: unknown;
	requestBody?: { readonly content: Record<string, Media> };
	responses: Record<string, Response>;
}

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

const optional = [{}, { bearer: [] }, { apiKey: [] }];

/** Who may call each operation, what its answers carry, and what it answers when it fails. */
export function describeAccess(document: OpenAPIObject, routes: readonly TableRoute[]): void {
	const components = (document.components ??= {});
	const { schemas: known = {} } = components;
	const failures: Json = {};
	for (const route of routes) {
		const item = document.paths[templateOf(route.url)] as Json | undefined;
		const operation = item?.[route.method.toLowerCase()] as Operation | undefined;
		if (operation !== undefined) describeOperation(operation, route, { known, failures });
	}
	components.responses = failures as typeof components.responses;
}

/** Components of the document: schemas, and failures that are put there. */
interface Shared {
	readonly known: Readonly<Json>;
	readonly failures: Json;
}

function describeOperation(operation: Operation, route: TableRoute, { known, failures: shared }: Shared): void {
	const { access, limit, document } = route;
	const isProtected = typeof access === 'object';
	operation.security = isProtected ? [{ bearer: [] }, { apiKey: [] }] : access === 'optional' ? optional : [];
	if (isProtected) operation['x-required-permission'] = permissionsOf(access);
	operation.summary ??= Object.entries(operation.responses).find(([status]) => status.startsWith('2'))?.[1].description;
	operation.description = [
		operation.description,
		whoMayCall(access),
		limit === undefined ? undefined : howOften(limit),
		document?.streamType === undefined ? undefined : streams[document.tag]?.description,
	]
		.filter((part) => part !== undefined)
		.join('\n\n');
	addExamples(operation, known, document);
	const shape = shapeOf(route.url, {});
	const failures = failureResponses(
		{
			shape,
			isProtected,
			takesInput: true,
			takesBody: operation.requestBody !== undefined,
			hasParameters: route.url.includes(':') || route.url.endsWith('*'),
			isLimited: limit !== undefined,
			isCall: document?.body !== undefined,
			changes: route.method !== 'GET',
		},
		{ $ref: `#/components/schemas/${schemas[shape][0]}` },
		shared,
	);
	operation.responses = {
		...withHeaders(operation.responses, limit !== undefined),
		...(failures as unknown as typeof operation.responses),
	};
}

function whoMayCall(access: TableRoute['access']): string {
	if (typeof access === 'object') return `Needs the permission \`${permissionsOf(access).replace('+', '` and `')}\`.`;
	return access === 'optional'
		? 'Open to anyone; a credential that is sent must be good, and may show more.'
		: 'Open to anyone; credentials are not looked at.';
}

function howOften(limit: LimitName): string {
	const { burst, perMs, counts } = limitClasses[limit];
	const what = counts === 'failures' ? 'failed tries' : 'tries';
	return `At most ${burst} ${what} in ${perMs / 60_000} minutes from one network.`;
}

/** Examples for bodies and answers that have none. */
function addExamples(
	{ requestBody, responses }: Operation,
	known: Readonly<Json>,
	document: TableRoute['document'],
): void {
	const answers = Object.values(responses).map(({ content }) => content);
	for (const content of [requestBody?.content, ...answers])
		for (const [type, media] of Object.entries(content ?? {}))
			media.example ??=
				type === 'application/json'
					? exampleOf(media.schema ?? {}, known)
					: type === document?.streamType
						? streams[document.tag]?.example
						: undefined;
}

const rateLimit = {
	RateLimit: { description: 'How many are left (`r`) for so many seconds (`t`)', schema: { type: 'string' } },
	'RateLimit-Policy': { description: 'How many (`q`) in how many seconds (`w`)', schema: { type: 'string' } },
};

const withHeaders = (responses: Operation['responses'], isLimited: boolean): Operation['responses'] =>
	Object.fromEntries(
		Object.entries(responses).map(([status, response]) => [
			status,
			{ ...response, headers: { ...response.headers, ...requestId, ...(isLimited ? rateLimit : {}) } },
		]),
	);
