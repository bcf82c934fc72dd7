import { Global, Module, StandardSchemaSerializerInterceptor } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { PassportModule } from '@nestjs/passport';
import { IdempotencyModule } from '#libs/idempotency';
import { IdentityModule } from '#libs/identity';
import { Clock } from '#libs/kernel';
import { KeysModule } from '#libs/keys';
import { AccessGuard } from './access.guard.js';
import { AccessTokenStrategy } from './access-token.strategy.js';
import { ApiKeyStrategy } from './api-key.strategy.js';
import { Authenticator } from './authenticator.js';
import { Cursors } from './cursor.js';
import { EnvelopeInterceptor } from './envelope.interceptor.js';
import { ErrorFilter } from './error.filter.js';
import { ErrorReply } from './error-reply.js';
import { FreshLoginInterceptor } from './fresh-login.interceptor.js';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';
import { LimitInterceptor } from './limit.interceptor.js';
import { ProgressEvents } from './progress-events.js';
import { validationPipe } from './validation.js';

/** What every route passes through. Interceptors: the first is the outermost, so answers are serialised, wrapped, stored. */
@Global()
@Module({
	imports: [PassportModule, KeysModule, IdentityModule, IdempotencyModule],
	providers: [
		Clock,
		ApiKeyStrategy,
		AccessTokenStrategy,
		Authenticator,
		Cursors,
		ErrorReply,
		ProgressEvents,
		{ provide: APP_GUARD, useClass: AccessGuard },
		{ provide: APP_INTERCEPTOR, useClass: LimitInterceptor },
		{ provide: APP_INTERCEPTOR, useClass: FreshLoginInterceptor },
		{ provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
		{ provide: APP_INTERCEPTOR, useClass: EnvelopeInterceptor },
		{ provide: APP_INTERCEPTOR, useClass: StandardSchemaSerializerInterceptor },
		{ provide: APP_PIPE, useFactory: validationPipe },
		{ provide: APP_FILTER, useClass: ErrorFilter },
	],
	exports: [Authenticator, Clock, Cursors, ErrorReply, ProgressEvents],
})
export class EdgeModule {}
