import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { missingOf, unmarked } from './access.js';
import './request.js';

/**
 * The one global guard, closed by default. The route's own hook has proven the caller before the body was read; here a
 * controller runs only if that happened.
 */
@Injectable()
export class AccessGuard implements CanActivate {
	canActivate(context: ExecutionContext): boolean {
		const request = context.switchToHttp().getRequest<FastifyRequest>();
		const { access } = request.routeOptions.config;
		if (access === 'public' || access === 'optional') return true;
		if (access === undefined || request.scope == null || missingOf(access, request.scope.permissions) !== undefined)
			throw unmarked();
		return true;
	}
}
