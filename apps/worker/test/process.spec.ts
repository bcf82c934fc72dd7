import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, freshDatabase, testEnvironment } from '#libs/testing';

const MAIN = join(import.meta.dirname, '../../../dist/apps/worker/src/main.js');
let child: ChildProcess | undefined;
let output = '';

function start(environment: Record<string, string>): ChildProcess {
	output = '';
	const { PATH = '' } = process.env;
	child = spawn(process.execPath, ['--enable-source-maps', MAIN], {
		env: { PATH, ...environment },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	child.stdout?.on('data', (bytes) => (output += String(bytes)));
	child.stderr?.on('data', (bytes) => (output += String(bytes)));
	return child;
}
const ended = (process: ChildProcess) =>
	eventually(
		() => (process.exitCode === null && process.signalCode === null ? undefined : { code: process.exitCode }),
		20_000,
	);

beforeAll(freshDatabase);
afterEach(() => {
	child?.kill('SIGKILL');
});

describe('the worker process', () => {
	it('says what is wrong with its configuration and exits with 78', async () => {
		const { DATABASE_WORKER_URL: _, ...environment } = testEnvironment();
		expect(await ended(start({ ...environment, REDIS_URL: 'http://nowhere' }))).toEqual({ code: 78 });
		expect(output).toContain('DATABASE_WORKER_URL is not set');
		expect(output).toContain('REDIS_URL must be a redis:// URL');
	});

	it('refuses a database role that is above row-level security', async () => {
		const environment = testEnvironment();
		const owner = environment['DATABASE_MIGRATION_URL'] as string;
		expect(await ended(start({ ...environment, DATABASE_WORKER_URL: owner, LOG_LEVEL: 'info' }))).toEqual({ code: 78 });
		expect(output).toMatch(/DATABASE_WORKER_URL connects as .* which (owns tables|is a superuser)/);
	});

	it('answers its probes while it runs, and ends with 0 when asked to', async () => {
		const worker = start(testEnvironment({ LOG_LEVEL: 'info' }));
		const port = await eventually(() => /"managementPort":(\d+)/.exec(output)?.[1], 20_000);
		const probe = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
		expect(JSON.parse(await probe('/readyz'))).toEqual({ status: 'ready', checks: { postgres: 'up', redis: 'up' } });
		expect(await probe('/metrics')).toContain('parallama_job_duration_seconds');
		worker.kill('SIGTERM');
		expect(await ended(worker)).toEqual({ code: 0 });
	});
});
