import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { concatMap, from, type Observable, tap } from 'rxjs';
import { networkOf } from '#libs/identity';
import { AppError } from '#libs/kernel';
import { type RateClaim, RateLimiter } from '#libs/redis';
import { limitClasses } from './limits.js';
import { setRateHeaders } from './rate-headers.js';
import './request.js';

/** Enforces `@Limited`. */
@Injectable()
export class LimitInterceptor implements NestInterceptor {
	constructor(private readonly limiter: RateLimiter) {}

	intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
		const http = context.switchToHttp();
		const request = http.getRequest<FastifyRequest>();
		const { limit } = request.routeOptions.config;
		if (limit === undefined) return next.handle();
		const { counts, ...rule } = limitClasses[limit];
		const claims: RateClaim[] = [{ limit: rule, subject: networkOf(request.ip) }];
		const giveBack = () => (counts === 'failures' ? this.limiter.giveBack(claims) : Promise.resolve());
		return from(this.take(claims, http.getResponse<FastifyReply>())).pipe(
			concatMap(() => next.handle()),
			tap(() => void giveBack()),
		);
	}

	private async take(claims: readonly RateClaim[], reply: FastifyReply): Promise<void> {
		const verdict = await this.limiter.take(claims);
		setRateHeaders(reply, claims, verdict);
		if (verdict.isAllowed) return;
		const { retryAfterMs } = verdict;
		throw new AppError('throttled', 'too_many_attempts', 'Too many attempts: wait a while', { retryAfterMs });
	}
}
