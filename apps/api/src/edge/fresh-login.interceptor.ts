import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { concatMap, from, type Observable } from 'rxjs';
import { OwnPassword } from '#libs/identity';
import './request.js';

/** Enforces `@FreshLogin`. */
@Injectable()
export class FreshLoginInterceptor implements NestInterceptor {
	constructor(private readonly own: OwnPassword) {}

	intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
		const { scope, routeOptions } = context.switchToHttp().getRequest<FastifyRequest>();
		if (routeOptions.config.needsFreshLogin !== true || scope === null) return next.handle();
		return from(this.own.demandFresh(scope)).pipe(concatMap(() => next.handle()));
	}
}
