import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes } from '@nestjs/swagger';
import { routeConfig } from './route-config.js';

/** What a file is sent as. */
export const fileTypes = ['application/octet-stream', 'application/zip'] as const;

/** The body of the route is a file, which the handler reads from `request.body` as a stream. */
export const TakesFile = (description: string): MethodDecorator =>
	applyDecorators(
		routeConfig({ takesFile: true }),
		ApiConsumes(...fileTypes),
		ApiBody({ description, required: true, schema: { type: 'string', format: 'binary' } }),
	);
