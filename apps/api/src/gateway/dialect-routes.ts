import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { Config } from '#libs/config';
import { collectBody } from '../edge/collect-body.js';
import type { DialectRoute } from './dialect-route.js';
import { OllamaRoutes } from './ollama.routes.js';
import { OpenAiRoutes } from './openai.routes.js';

/** Registers the dialects' routes on Fastify itself: they need its speed, and bytes instead of parsed bodies. */
@Injectable()
export class DialectRoutes implements OnModuleInit {
	readonly all: readonly DialectRoute[];

	constructor(
		private readonly config: Config,
		private readonly host: HttpAdapterHost,
		openAi: OpenAiRoutes,
		ollama: OllamaRoutes,
	) {
		this.all = [...openAi.routes, ...ollama.routes];
	}

	async onModuleInit(): Promise<void> {
		const instance = this.host.httpAdapter.getInstance<FastifyInstance>();
		await instance.register(async (scope) => {
			scope.removeAllContentTypeParsers();
			// any type, or none: the documented curl examples of Ollama send none
			scope.addContentTypeParser('*', collectBody(this.config.http.BODY_LIMIT_BYTES));
			for (const route of this.all) this.register(scope, route);
		});
	}

	private register(scope: FastifyInstance, route: DialectRoute): void {
		for (const prefix of route.prefixes)
			scope.route({
				method: route.method,
				url: prefix + route.path,
				bodyLimit: this.config.http.BODY_LIMIT_BYTES,
				config: { access: { requires: route.requires }, document: route },
				handler: (request, reply) => route.handle(request, reply),
			});
	}
}
