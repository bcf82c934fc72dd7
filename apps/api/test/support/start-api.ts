import type { AddressInfo } from 'node:net';
import { Logs, Metrics, Readiness } from '#libs/telemetry';
import { testConfig } from '#libs/testing';
import { type Api, type ApiOptions, createApi } from '../../src/create-api.js';

export interface TestApi extends Api {
	readonly url: string;
	readonly port: number;
	/** Every line logged so far. */
	readonly logLines: readonly string[];
	stop(): Promise<void>;
}

/** The real api on a free port of the loopback, with its log lines at hand. Needs a fresh database. */
export async function startApi(overrides: Record<string, string> = {}, options: ApiOptions = {}): Promise<TestApi> {
	const config = testConfig('api', { LOG_LEVEL: 'info', ...overrides });
	const logLines: string[] = [];
	const destination = { write: (line: string) => void logLines.push(line), flushSync: () => undefined };
	const telemetry = {
		logs: await Logs.open('parallama-api', config.telemetry, destination),
		metrics: new Metrics('parallama-api'),
		readiness: new Readiness(),
	};
	const api = await createApi(config, { telemetry, ...options });
	await api.app.listen(0, '127.0.0.1');
	const { port } = api.app.getHttpServer().address() as AddressInfo;
	return { ...api, url: `http://127.0.0.1:${port}`, port, logLines, stop: () => api.app.close() };
}
