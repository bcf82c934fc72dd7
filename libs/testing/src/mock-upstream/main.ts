import { parseArgs } from 'node:util';
import { startMockUpstream } from './mock-upstream.js';

/**
 * The mock upstream as a process of its own. Prints `{"url":…,"pid":…}` when it listens; ends on SIGTERM and SIGINT.
 * usage: main.js [--port 0] [--log file] [--models a,b] [--any-model] [--behaviour chunks=3] [--api-key key]
 */
const { values } = parseArgs({
	options: {
		port: { type: 'string', default: '0' },
		log: { type: 'string' },
		models: { type: 'string' },
		'any-model': { type: 'boolean', default: false },
		behaviour: { type: 'string' },
		'api-key': { type: 'string' },
	},
});

const mock = await startMockUpstream({
	port: Number(values.port),
	anyModel: values['any-model'],
	idPrefix: `mock${process.pid}`,
	...(values.log === undefined ? {} : { logFile: values.log }),
	...(values.models === undefined ? {} : { models: values.models.split(',') }),
	...(values.behaviour === undefined ? {} : { behaviour: values.behaviour }),
	...(values['api-key'] === undefined ? {} : { apiKey: values['api-key'] }),
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
	process.once(signal, () => {
		void mock.close().then(() => process.exit(0));
	});
}
process.stdout.write(`${JSON.stringify({ url: mock.url, pid: process.pid })}\n`);
