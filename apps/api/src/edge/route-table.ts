import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { AppError } from '#libs/kernel';
import { pathOf, shapeOf } from './shape.js';
import type { DialectOperation } from './dialect-operation.js';
import type { LimitName } from './limits.js';
import type { Access } from './request.js';
import { isKnownEndpoint } from './vendor-endpoints.js';

export interface TableRoute {
	readonly method: string;
	/** The template, such as `/api/v1/keys/:id`. */
	readonly url: string;
	readonly access: Access | undefined;
	readonly limit: LimitName | undefined;
	readonly document: DialectOperation | undefined;
}

/** What callers of a guarded route need, as documents name it: `a` or `a+b`. */
export const permissionsOf = ({ requires, also }: Exclude<Access, string>): string =>
	also === undefined ? requires : `${requires}+${also}`;

/** Every route of the process, controllers' and dialects' alike, as Fastify registers them. */
export class RouteTable {
	private readonly list: (TableRoute & { readonly pattern: RegExp })[] = [];

	add(route: RouteOptions): void {
		const { url, config } = route;
		const shared = {
			url,
			access: config?.access,
			limit: config?.limit,
			document: config?.document,
			pattern: patternOf(url),
		};
		for (const method of [route.method].flat()) this.list.push({ method, ...shared });
	}

	all(): readonly TableRoute[] {
		return this.list;
	}

	/** Watches an instance before its first route. `extend` may add hooks to each. */
	watch(instance: FastifyInstance, extend: (route: RouteOptions) => void): void {
		instance.addHook('onRoute', (route) => {
			this.add(route);
			extend(route);
		});
	}

	/** The error for a request that no route took: another method is 405 and names those that work. */
	notFound(request: FastifyRequest, reply: FastifyReply): AppError {
		const target = request.raw.url ?? '/';
		const path = pathOf(target);
		const methods = new Set(this.list.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method));
		if (methods.size > 0) {
			void reply.header('allow', [...methods].toSorted().join(', '));
			return new AppError('invalid', 'method_not_allowed', `${request.method} is not supported here`);
		}
		const shape = shapeOf(target, request.headers);
		if (shape !== 'envelope' && isKnownEndpoint(shape, path))
			return new AppError('missing', 'unsupported_endpoint', 'This endpoint is not served');
		return new AppError('missing', 'not_found', 'There is nothing here');
	}
}

/** A template as a regular expression: `:name` is one segment, a final `*` is the rest. */
function patternOf(url: string): RegExp {
	const source = url
		.split('/')
		.map((part) => {
			if (part === '*') return '.*';
			return part.startsWith(':') ? '[^/]+' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
		})
		.join('/');
	return new RegExp(`^${source}$`);
}
