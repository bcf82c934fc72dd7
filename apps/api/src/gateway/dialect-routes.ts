import type { IncomingMessage } from 'node:http';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Config } from '#libs/config';
import { collectBody } from '../edge/collect-body.js';
import { AllDialects } from './all-dialects.js';
import type { DialectRoute } from './dialect-route.js';

type BodyParser = (
	request: FastifyRequest,
	payload: IncomingMessage,
	done: (error: Error | null, body?: unknown) => void,
) => void;

/** Registers the dialects' routes on Fastify itself: they need its speed, and bytes instead of parsed bodies. */
@Injectable()
export class DialectRoutes implements OnModuleInit {
	readonly all: readonly DialectRoute[];

	constructor(
		private readonly config: Config,
		private readonly host: HttpAdapterHost,
		dialects: AllDialects,
	) {
		this.all = dialects.routes;
	}

	async onModuleInit(): Promise<void> {
		const instance = this.host.httpAdapter.getInstance<FastifyInstance>();
		const { BODY_LIMIT_BYTES } = this.config.http;
		await this.registerAll(instance, (route) => route.isBodyStreamed !== true, collectBody(BODY_LIMIT_BYTES));
		await this.registerAll(
			instance,
			(route) => route.isBodyStreamed === true,
			(_, payload, done) => done(null, payload),
		);
	}

	/** The parser takes any type, or none: the documented curl examples of Ollama send none. */
	private async registerAll(
		instance: FastifyInstance,
		isMeant: (route: DialectRoute) => boolean,
		parser: BodyParser,
	): Promise<void> {
		await instance.register(async (scope) => {
			scope.removeAllContentTypeParsers();
			scope.addContentTypeParser('*', parser);
			for (const route of this.all.filter(isMeant)) this.register(scope, route);
		});
	}

	private register(scope: FastifyInstance, route: DialectRoute): void {
		for (const prefix of route.prefixes)
			scope.route({
				method: route.method,
				url: prefix + route.path,
				bodyLimit: this.config.http.BODY_LIMIT_BYTES,
				config: { access: { requires: route.requires }, document: route, writesRaw: route.method === 'POST' },
				handler: (request, reply) => route.handle(request, reply),
			});
	}
}
