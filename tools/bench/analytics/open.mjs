// The built product's metering on a fresh database, as the worker's role sees it.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import 'reflect-metadata';
import pg from 'pg';

const ROOT = join(import.meta.dirname, '../../..');
const NAME = 'bench_analytics';
const LOGIN = 'bench_worker';
const from = (lib) => import(join(ROOT, 'dist/libs', lib, 'src/index.js'));
const at = (url, change) => Object.assign(new URL(url), change).href;

async function create(ownerUrl) {
	const client = new pg.Client(at(ownerUrl, { pathname: '/postgres' }));
	await client.connect();
	await client.query(`DROP DATABASE IF EXISTS ${NAME} WITH (FORCE)`);
	await client.query(`CREATE DATABASE ${NAME}`);
	const url = at(ownerUrl, { pathname: `/${NAME}` });
	const cli = ['dist/apps/cli/src/main.js', 'db', 'migrate'];
	await promisify(execFile)(process.execPath, cli, { cwd: ROOT, env: { ...process.env, DATABASE_MIGRATION_URL: url } });
	await client.query(`DROP ROLE IF EXISTS ${LOGIN}`);
	await client.query(`CREATE ROLE ${LOGIN} LOGIN PASSWORD 'bench' IN ROLE parallama_worker`);
	await client.query(`GRANT ${LOGIN} TO current_user`);
	return { client, url };
}

export async function openMetering({ ownerUrl, redisUrl }, secrets) {
	const [{ NestFactory }, { Config, ConfigModule }, { DatabaseModule }, { RedisModule }, metering, { systemScope }] =
		await Promise.all([
			import('@nestjs/core'),
			from('config'),
			from('database'),
			from('redis'),
			from('metering'),
			from('kernel'),
		]);
	const { client, url } = await create(ownerUrl);
	const owner = new pg.Client(url);
	await owner.connect();
	const worker = at(url, { username: LOGIN, password: 'bench' });
	const config = Config.load('worker', {
		...secrets,
		DATABASE_URL: worker,
		DATABASE_WORKER_URL: worker,
		REDIS_URL: redisUrl,
		LOG_LEVEL: 'silent',
	});
	class Root {}
	const imports = [ConfigModule.of(config), DatabaseModule.as('worker'), RedisModule, metering.MeteringModule];
	const app = await NestFactory.createApplicationContext(
		{ module: Root, imports },
		{ logger: false, abortOnError: false },
	);
	return {
		owner,
		metering: { rollups: app.get(metering.RollupService), analytics: app.get(metering.AnalyticsService) },
		scopeOf: (id) => ({ ...systemScope(id, 'bench', 'bench'), permissions: new Set(['usage:read']) }),
		close: async () => {
			await app.close();
			await owner.end();
			await client.query(`DROP DATABASE ${NAME} WITH (FORCE)`);
			await client.end();
		},
	};
}
