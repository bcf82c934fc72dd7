import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { type Answer, checkedKey, fingerprintOf, Idempotency } from '#libs/idempotency';
import type { Scope } from '#libs/kernel';
import { responseFormOf } from './envelope.interceptor.js';
import type { ResponseForm } from './responds.decorator.js';
import './request.js';

const NO_BODY = Buffer.alloc(0);

/**
 * Gives creating requests (POST that answers 201 or 202) of a known caller at-most-once effects when they carry an
 * Idempotency-Key: the handler runs inside the transaction that also stores its answer.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
	constructor(private readonly idempotency: Idempotency) {}

	intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
		const http = context.switchToHttp();
		const request = http.getRequest<FastifyRequest>();
		const form = responseFormOf(context);
		const key = request.headers['idempotency-key'];
		if (typeof key !== 'string' || request.scope === null || !isCreating(request, form)) return next.handle();
		return from(this.answer(request, http.getResponse<FastifyReply>(), form.status, next));
	}

	private async answer(request: FastifyRequest, reply: FastifyReply, status: number, next: CallHandler) {
		const outside = request.scope as Scope;
		const asked = {
			route: `POST ${request.routeOptions.url}`,
			key: checkedKey(String(request.headers['idempotency-key'])),
			fingerprint: fingerprintOf(request.raw.url ?? '', request.rawBody ?? NO_BODY),
		};
		const work = async (inside: Scope): Promise<Answer> => {
			request.scope = inside; // what CurrentScope hands to the handler
			return { status, body: JSON.stringify(await lastValueFrom(next.handle())) };
		};
		try {
			const { answer, isReplay } = await this.idempotency.once(outside, asked, work);
			if (isReplay) void reply.code(answer.status).header('idempotency-replayed', 'true');
			return JSON.parse(answer.body) as unknown;
		} finally {
			request.scope = outside;
		}
	}
}

const isCreating = (request: FastifyRequest, form: ResponseForm | undefined): form is ResponseForm =>
	request.method === 'POST' && (form?.status === 201 || form?.status === 202);
