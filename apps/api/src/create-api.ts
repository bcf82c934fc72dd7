import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Config } from '#libs/config';
import { Logs, Metrics, NestPinoLogger, Readiness, type Telemetry } from '#libs/telemetry';
import { ApiModule } from './api.module.js';
import { Authenticator } from './edge/authenticator.js';
import { DEFAULT_LIMITS, edgeAdapter, type EdgeLimits } from './edge/edge-adapter.js';
import { EdgeHooks } from './edge/hooks.js';
import { parseJsonBodies } from './edge/json-body.js';
import { RouteTable } from './edge/route-table.js';
import { serveChatPage } from './chat-page/serve-chat-page.js';
import { serveDocs } from './docs.js';

export interface ApiOptions {
	readonly telemetry?: Telemetry;
	readonly limits?: Partial<EdgeLimits>;
	/** Modules beside the product's; for tests. */
	readonly modules?: readonly Type[];
}

/** An api that is ready to listen, with the handles that main.ts and tests need. */
export interface Api {
	readonly app: NestFastifyApplication;
	readonly telemetry: Telemetry;
	readonly routes: RouteTable;
	readonly hooks: EdgeHooks;
}

/** Everything that main.ts and the tests share; the caller listens. */
export async function createApi(config: Config, options: ApiOptions = {}): Promise<Api> {
	const telemetry = options.telemetry ?? (await openTelemetry(config));
	const routes = new RouteTable();
	const modules = options.modules ?? [];
	const adapter = edgeAdapter(config, telemetry.logs, { ...DEFAULT_LIMITS, ...options.limits });
	const instance = adapter.getInstance<FastifyInstance>();
	let app: NestFastifyApplication | undefined;
	const authenticator = lazily<Authenticator>(() => app?.get(Authenticator));
	const hooks = new EdgeHooks(config, telemetry, authenticator);
	hooks.install(instance);
	routes.watch(instance, (route) => hooks.extend(route));
	parseJsonBodies(instance);
	serveChatPage(instance);
	serveDocs(
		instance,
		routes,
		lazily(() => app),
	);
	app = await NestFactory.create<NestFastifyApplication>(
		ApiModule.of({ config, telemetry, routes, modules }),
		adapter,
		{
			logger: new NestPinoLogger(telemetry.logs.logger),
			abortOnError: false, // throw: the default ends the process without a word
			bodyParser: false,
		},
	);
	await app.init();
	return { app, telemetry, routes, hooks };
}

export const openTelemetry = async (config: Config): Promise<Telemetry> => ({
	logs: await Logs.open('parallama-api', config.telemetry),
	metrics: new Metrics('parallama-api'),
	readiness: new Readiness(),
});

/** Found once, on the first use. */
function lazily<T>(find: () => T | undefined): () => T {
	let found: T | undefined;
	return () => {
		found ??= find();
		if (found === undefined) throw new Error('asked for before the application was there');
		return found;
	};
}
