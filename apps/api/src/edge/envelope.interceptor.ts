import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import { RESPONSE_FORM, type ResponseForm } from './responds.decorator.js';

/** Wraps what a controller returns (after its serialisation) in the envelope of the platform API. */
@Injectable()
export class EnvelopeInterceptor implements NestInterceptor {
	intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
		const form = responseFormOf(context);
		if (form?.isEnveloped !== true) return next.handle();
		return next
			.handle()
			.pipe(map((data: unknown) => ({ success: true, data: data ?? null, message: form.message, errors: null })));
	}
}

export const responseFormOf = (context: ExecutionContext): ResponseForm | undefined =>
	Reflect.getMetadata(RESPONSE_FORM, context.getHandler()) as ResponseForm | undefined;
