import { RouteConfig } from '@nestjs/platform-fastify';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import type { FastifyContextConfig } from 'fastify';

/** Adds to the configuration of a route: the framework's own decorator replaces it. */
export const routeConfig =
	(part: Partial<FastifyContextConfig>): MethodDecorator =>
	(target, name, descriptor) => {
		const before: unknown = Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, descriptor.value as object);
		RouteConfig({ ...(before as object | undefined), ...part })(target, name, descriptor);
	};
