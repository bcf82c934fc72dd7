import { describe, expect, it } from '@jest/globals';
import { Logs } from './logs.js';
import { NestPinoLogger } from './nest-pino-logger.js';

async function open(level = 'info') {
	const lines: string[] = [];
	const destination = { write: (line: string) => void lines.push(line), flushSync: () => undefined };
	const logs = await Logs.open('test', { LOG_LEVEL: level, LOG_PRETTY: 'off' }, destination);
	return { logs, lines, last: () => JSON.parse(lines.at(-1) ?? 'null') as Record<string, unknown> };
}

describe('Logs', () => {
	it('writes one JSON line per event, without secrets', async () => {
		const { logs, lines, last } = await open();
		logs.logger.warn({ password: 'x', err: new Error('line\nbreak') }, 'a\n"b"\u001b[31m');
		expect(lines).toHaveLength(1);
		expect(lines[0]).toMatch(/^\{.*\}\n$/);
		expect(lines[0]).not.toContain('\u001b');
		expect(last()).toMatchObject({
			level: 'warn',
			service: 'test',
			password: '[redacted]',
			err: { message: 'line\nbreak' },
		});
	});
	it('a fast line looks like the others and obeys the level', async () => {
		const { logs, last } = await open();
		logs.infoLine('"a":1', 'request');
		expect(last()).toEqual({ level: 'info', time: expect.any(String), service: 'test', a: 1, msg: 'request' });
		const quiet = await open('warn');
		quiet.logs.infoLine('"a":1', 'request');
		expect(quiet.lines).toEqual([]);
	});
	it("writes Nest's lines; its listing of modules and routes only at debug", async () => {
		const { logs, lines, last } = await open();
		const nest = new NestPinoLogger(logs.logger);
		nest.log('AppModule dependencies initialized', 'InstanceLoader');
		expect(lines).toEqual([]);
		nest.warn('careful', 'Redis');
		expect(last()).toMatchObject({ level: 'warn', context: 'Redis', msg: 'careful' });
		nest.error(new Error('broken'), 'Error: broken\n    at x', 'Jobs');
		expect(last()).toMatchObject({ level: 'error', context: 'Jobs', err: { message: 'broken' }, msg: 'broken' });
		nest.error({ odd: true });
		expect(last()).toMatchObject({ level: 'error', msg: '{"odd":true}' });
	});
});
