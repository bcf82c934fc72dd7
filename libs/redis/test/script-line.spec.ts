import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RedisConnection, Script, ScriptLine } from '#libs/redis';
import { eventually, TcpProxy, testConfig } from '#libs/testing';

const LIMIT_MS = 2_000;

const echo = new Script<readonly Buffer[]>('return {KEYS[1], ARGV[1], ARGV[2]}', 1);
const twice = new Script<number>('return ARGV[1] * 2', 1);
const fails = new Script<number>("return redis.call('NOT-A-COMMAND')", 1);

let wire: TcpProxy;
let redis: RedisConnection;
let line: ScriptLine;

beforeAll(async () => {
	const { proxy, url } = await TcpProxy.to(process.env['REDIS_URL'] as string);
	wire = proxy;
	redis = new RedisConnection(testConfig('api', { REDIS_URL: url }));
	line = new ScriptLine(redis);
	await ready();
});
afterAll(async () => {
	redis?.onModuleDestroy();
	await wire?.close();
});

const ready = () => eventually(async () => (redis.hot.status === 'ready' ? true : undefined));
const ask = <Result>(script: Script<Result>, keysAndArguments: readonly (string | number)[], limitMs = LIMIT_MS) =>
	line.run({ script, keysAndArguments, limitMs });
const double = (value: number) => ask(twice, ['{o}:key', value]);

describe('the script line', () => {
	it('sends a script whole when Redis does not know it, and by its digest from then on', async () => {
		await redis.hot.script('FLUSH');
		expect(await Promise.all([double(1), double(2)])).toEqual([2, 4]);
		expect(await double(3)).toBe(6);
	});

	it('takes any text', async () => {
		const texts = ['é😀\r\n$3\r\n', '', 7] as const;
		const answer = await ask(echo, texts);
		expect(answer.map(String)).toEqual(texts.map(String));
	});

	it('says how many keys a call brings', async () => {
		const keys = new Script<number>('return #KEYS', 0);
		const question = { script: keys, keysAndArguments: ['{o}:a', '{o}:b', 'c'], limitMs: LIMIT_MS };
		expect(await line.run(question)).toBe(0);
		expect(await line.run({ ...question, keyCount: 2 })).toBe(2);
	});

	it('gives each of many its own answer, beside other commands of the connection', async () => {
		const values = Array.from({ length: 500 }, (_, value) => value);
		const ping = redis.hot.ping();
		expect(await Promise.all(values.map(double))).toEqual(values.map((value) => 2 * value));
		expect(await ping).toBe('PONG');
	});

	it('fails alone', async () => {
		const [before, failed, after] = await Promise.allSettled([double(1), ask(fails, ['{o}:key']), double(2)]);
		expect([before, after].map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
		expect(failed).toMatchObject({
			status: 'rejected',
			reason: { message: expect.stringContaining('Unknown Redis command') },
		});
	});

	it('gives up on a silent Redis; the late answer disturbs nobody', async () => {
		await double(1);
		wire.hang();
		await expect(ask(twice, ['{o}:key', 1], 20)).rejects.toThrow('Redis did not answer within 20 ms');
		const next = double(4);
		wire.pass();
		expect(await next).toBe(8);
	});

	it('fails at once without a connection, and works again with the next one', async () => {
		wire.hang();
		const cutOff = double(1);
		await new Promise(setImmediate); // it is written by now
		wire.cut();
		await expect(cutOff).rejects.toThrow('max retries');
		await expect(double(2)).rejects.toThrow('writeable');
		wire.pass();
		await ready();
		expect(await double(3)).toBe(6);
	});
});
