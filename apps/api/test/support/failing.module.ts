import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { BadGatewayException, Controller, Get, InternalServerErrorException, Module, Param } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { AppError } from '#libs/kernel';
import { RedisConnection } from '#libs/redis';
import { Public } from '../../src/edge/access.decorators.js';
import { Responds } from '../../src/edge/responds.decorator.js';

interface Parts {
	readonly source: DataSource;
	readonly redis: RedisConnection;
}

const sql =
	(...statements: string[]) =>
	({ source }: Parts) =>
		source.transaction(async (manager) => {
			for (const statement of statements) await manager.query(statement);
		});
const raise = (state: string) =>
	sql(`DO $$ BEGIN RAISE EXCEPTION 'secret detail of table users' USING ERRCODE = '${state}'; END $$`);
const thrower = (make: () => unknown) => () => {
	throw make();
};
const endless = (depth: number): number => endless(depth + 1) + 1;
const organization = `'01a1fad4-dab2-72de-a8be-e80b58f3235e'`;

/** Ways in which the inside can fail, each real: on the real database, Redis, file system and runtime. */
export const failures: Readonly<Record<string, { status: number; fail: (parts: Parts) => unknown }>> = {
	syntax: { status: 500, fail: sql('SELEC secret_column FROM users') },
	'unknown table': { status: 500, fail: sql('SELECT * FROM secret_table') },
	'unknown column': { status: 500, fail: sql('SELECT secret_column FROM users') },
	'no right to a table': { status: 500, fail: sql('SELECT * FROM pg_authid') },
	'row-level security': {
		status: 500,
		fail: sql(`INSERT INTO projects (organization_id, id, name) VALUES (${organization}, ${organization}, 'x')`),
	},
	'division by zero': { status: 500, fail: sql('SELECT 1 / 0') },
	'check violation': { status: 500, fail: raise('23514') },
	'foreign key': { status: 500, fail: raise('23503') },
	'not null': { status: 500, fail: raise('23502') },
	unique: { status: 409, fail: raise('23505') },
	'not a uuid': { status: 400, fail: sql(`SELECT 'secret'::uuid`) },
	'NUL in text': { status: 400, fail: ({ source }) => source.query('SELECT $1::text', ['secret\u0000']) },
	'statement timeout': { status: 503, fail: sql('SET LOCAL statement_timeout = 5', 'SELECT pg_sleep(5)') },
	'lock timeout': { status: 503, fail: raise('55P03') },
	serialization: { status: 503, fail: raise('40001') },
	deadlock: { status: 503, fail: raise('40P01') },
	'connection lost': { status: 503, fail: sql('SELECT pg_terminate_backend(pg_backend_pid())') },
	'too many connections': { status: 503, fail: raise('53300') },
	'wrong type in Redis': {
		status: 500,
		fail: async ({ redis }) => {
			await redis.client.set('secret:key', 'x');
			await redis.client.lpush('secret:key', 'y');
		},
	},
	'Redis script': { status: 500, fail: ({ redis }) => redis.client.eval('error("secret lua")', 0) },
	'a host refuses': {
		status: 503,
		fail: () =>
			new Promise((_, reject) => {
				connect(1, '127.0.0.1').once('error', reject);
			}),
	},
	'no such file': { status: 500, fail: () => readFileSync('/nowhere/secret.pem') },
	TypeError: { status: 500, fail: () => (undefined as unknown as { secret: { x: number } }).secret.x },
	'stack overflow': { status: 500, fail: () => endless(0) },
	'bad JSON': { status: 500, fail: () => JSON.parse('{"secret": pl_') },
	'an answer that breaks its schema': { status: 500, fail: () => ({ value: 'secret' }) },
	'a cycle in an error': {
		status: 500,
		fail: thrower(() => {
			const error = new Error('secret /work/main/x.ts');
			return Object.assign(error, { cause: error });
		}),
	},
	'a bug of ours': { status: 500, fail: thrower(() => new AppError('bug', 'secret_code', 'secret message')) },
	'a thrown string': { status: 500, fail: thrower(() => 'secret string') },
	'a thrown null': { status: 500, fail: thrower(() => null) },
	'a thrown undefined': { status: 500, fail: thrower(() => undefined) },
	'a thrown symbol': { status: 500, fail: thrower(() => Symbol('secret')) },
	'an error with a status of its own': {
		status: 500,
		fail: thrower(() => Object.assign(new Error('secret'), { statusCode: 200, status: 200, expose: true })),
	},
	'an error with headers': {
		status: 500,
		fail: thrower(() => Object.assign(new Error('secret'), { headers: { 'x-secret': '1' } })),
	},
	"Nest's 500": { status: 500, fail: thrower(() => new InternalServerErrorException('secret')) },
	"Nest's 502": { status: 500, fail: thrower(() => new BadGatewayException({ secret: 'x' })) },
	'several errors': { status: 500, fail: thrower(() => new AggregateError([new Error('secret')], 'secret')) },
	'a rejected promise': { status: 500, fail: () => Promise.reject(new RangeError('secret')) },
	aborted: { status: 500, fail: () => AbortSignal.abort(new Error('secret')).throwIfAborted() },
	'a schema of ours': { status: 500, fail: () => z.strictObject({ a: z.string() }).parse({ secret: 1 }) },
};

@Controller('api/v1/failing')
class FailingController {
	constructor(
		private readonly source: DataSource,
		private readonly redis: RedisConnection,
	) {}

	@Get(':name')
	@Public()
	@Responds(200, z.object({ value: z.number() }))
	async fail(@Param('name') name: string): Promise<unknown> {
		return await failures[name]?.fail({ source: this.source, redis: this.redis });
	}
}

@Module({ controllers: [FailingController] })
export class FailingModule {}
