import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { type Observable, tap } from 'rxjs';
import { Config } from '#libs/config';
import { REFRESH_TOKEN_SECONDS, type RefreshTokens } from '#libs/identity';
import { clearRefreshCookie, setRefreshCookie } from '../edge/refresh-cookie.js';

const replyOf = (context: ExecutionContext): FastifyReply => context.switchToHttp().getResponse<FastifyReply>();

/** Browsers that keep no token of their own get it as a cookie, too. */
@Injectable()
export class SetRefreshCookie implements NestInterceptor<RefreshTokens> {
	private readonly options: { maxAgeSeconds: number; isSecure: boolean };

	constructor(config: Config) {
		const isSecure = config.http.PUBLIC_URL.startsWith('https:');
		this.options = { maxAgeSeconds: REFRESH_TOKEN_SECONDS, isSecure };
	}

	intercept(context: ExecutionContext, next: CallHandler<RefreshTokens>): Observable<RefreshTokens> {
		return next
			.handle()
			.pipe(tap(({ refreshToken }) => setRefreshCookie(replyOf(context), refreshToken, this.options)));
	}
}

@Injectable()
export class ClearRefreshCookie implements NestInterceptor {
	private readonly isSecure: boolean;

	constructor(config: Config) {
		this.isSecure = config.http.PUBLIC_URL.startsWith('https:');
	}

	intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
		return next.handle().pipe(tap(() => clearRefreshCookie(replyOf(context), this.isSecure)));
	}
}
