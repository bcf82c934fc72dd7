import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { VERSION } from '#libs/telemetry';
import type { TableRoute } from './edge/route-table.js';
import { describeAccess, describeErrors } from './openapi/access-and-errors.js';
import { addDialectRoutes, nameWildcards } from './openapi/dialect-routes.js';
import { describeParameters } from './openapi/parameters.js';
import { tags } from './openapi/tags.js';
import { type Json, withoutNeedlessSuffix, zodConverter } from './openapi/zod-converter.js';

const description = `The platform API, and the OpenAI, Anthropic and Ollama dialects.

Authenticate with an API key or an access token. Answers of \`/api/v1\` come in an envelope; fields may be added to any answer at any time. Creating requests take an \`Idempotency-Key\`.`;

/** OpenAPI 3.1 of everything served, from the schemas that validate it. */
export function openApiDocument(app: INestApplication, routes: readonly TableRoute[]): OpenAPIObject {
	const base = new DocumentBuilder()
		.setOpenAPIVersion('3.1.0')
		.setTitle('Parallama')
		.setDescription(description)
		.setVersion(VERSION)
		.setLicense('MIT', 'https://opensource.org/license/mit')
		.addServer('/', 'This installation')
		.addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key or an access token' }, 'bearer')
		.addApiKey({ type: 'apiKey', in: 'header', name: 'x-api-key', description: 'An API key' }, 'apiKey')
		.build();
	const convert = zodConverter();
	const document = SwaggerModule.createDocument(app, base, {
		standardSchemaConverter: convert,
		operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
	});
	nameWildcards(document);
	addDialectRoutes(document, routes, convert);
	describeErrors(document);
	describeParameters(document);
	const used = new Set(Object.values(document.paths).flatMap((item) => Object.values(item as Json).flatMap(tagsOf)));
	document.tags = Object.entries(tags)
		.toSorted(([one], [other]) => one.localeCompare(other))
		.filter(([name]) => used.has(name))
		.map(([name, about]) => ({ name, description: about }));
	describeAccess(document, routes);
	return withoutNeedlessSuffix(document);
}

const tagsOf = (operation: unknown): readonly string[] => (operation as { tags?: string[] }).tags ?? [];
