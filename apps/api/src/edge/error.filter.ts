import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { appErrorOf } from './app-error-of.js';
import { ErrorReply } from './error-reply.js';
import { RouteTable } from './route-table.js';

/** Everything that is thrown ends here: in controllers, hooks, dialect routes, and before routing. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
	constructor(
		private readonly errors: ErrorReply,
		private readonly routes: RouteTable,
	) {}

	catch(thrown: unknown, host: ArgumentsHost): void {
		const http = host.switchToHttp();
		const request = http.getRequest<FastifyRequest>();
		const reply = http.getResponse<FastifyReply>();
		const isUnmatched = request.is404 && appErrorOf(thrown).fault === 'missing';
		this.errors.send(isUnmatched ? this.routes.notFound(request, reply) : thrown, request, reply);
	}
}
