import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { VERSION } from '#libs/telemetry';
import type { TableRoute } from './edge/route-table.js';
import { describeAccess, describeErrors } from './openapi/access-and-errors.js';
import { addDialectRoutes, nameWildcards } from './openapi/dialect-routes.js';
import { withoutNeedlessSuffix, zodConverter } from './openapi/zod-converter.js';

const description = `The platform API, and the OpenAI, Anthropic and Ollama dialects.

Authenticate with an API key or an access token. Answers of \`/api/v1\` come in an envelope; fields may be added to any answer at any time. Creating requests take an \`Idempotency-Key\`.`;

/** OpenAPI 3.1 of everything served, from the schemas that validate it. */
export function openApiDocument(app: INestApplication, routes: readonly TableRoute[]): OpenAPIObject {
	const base = new DocumentBuilder()
		.setOpenAPIVersion('3.1.0')
		.setTitle('Parallama')
		.setDescription(description)
		.setVersion(VERSION)
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
	describeAccess(document, routes);
	return withoutNeedlessSuffix(document);
}
