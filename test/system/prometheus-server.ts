import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { eventually } from '#libs/testing';

interface Rule {
	readonly alert?: string;
	readonly for?: string;
}
interface Answer {
	readonly status: string;
	readonly error?: string;
	readonly data: { readonly result: readonly { readonly metric: Readonly<Record<string, string>> }[] };
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as { port: number };
	server.close();
	await once(server, 'close');
	return port;
}

/** Nobody waits minutes in a test: an alert fires with the first evaluation for which its expression holds. */
function impatient(rules: string): string {
	const { groups } = parse(rules) as { groups: { rules: Rule[] }[] };
	return stringify({
		groups: groups.map((group) => ({
			...group,
			interval: '1s',
			rules: group.rules.map((rule) => (rule.alert === undefined ? rule : { ...rule, for: '0s' })),
		})),
	});
}

/** Debian's Prometheus on data of its own, with a scrape a second. */
export class PrometheusServer {
	private constructor(
		private readonly url: string,
		private readonly dir: string,
		private readonly process: ChildProcess,
	) {}

	/** `targets`: host and port by the name of the job. */
	static async start(targets: Readonly<Record<string, string>>, rules: string): Promise<PrometheusServer> {
		const dir = mkdtempSync(join(tmpdir(), 'parallama-prometheus-'));
		mkdirSync(join(dir, 'data'));
		writeFileSync(join(dir, 'rules.yaml'), impatient(rules));
		const jobs = Object.entries(targets).map(([name, target]) => ({
			job_name: name,
			static_configs: [{ targets: [target] }],
		}));
		const config = { global: { scrape_interval: '1s', evaluation_interval: '1s' }, scrape_configs: jobs };
		writeFileSync(join(dir, 'config.yaml'), stringify({ ...config, rule_files: ['rules.yaml'] }));
		const port = await freePort();
		const child = spawn(
			'prometheus',
			[
				`--config.file=${join(dir, 'config.yaml')}`,
				`--storage.tsdb.path=${join(dir, 'data')}`,
				`--web.listen-address=127.0.0.1:${port}`,
				'--log.level=error',
			],
			{ stdio: ['ignore', 'inherit', 'inherit'] },
		);
		const failed = once(child, 'error').then(([error]) => Promise.reject(error as Error));
		const server = new PrometheusServer(`http://127.0.0.1:${port}`, dir, child);
		await Promise.race([server.ready(), failed]);
		return server;
	}

	/** The labels of each series of an expression, now. */
	async now(expression: string): Promise<readonly Readonly<Record<string, string>>[]> {
		return this.ask('query', { query: expression });
	}

	/** How many series an expression had at any moment since `from` (seconds since 1970). */
	async seriesSince(expression: string, from: number): Promise<number> {
		const range = { start: String(from), end: String(Date.now() / 1_000), step: '2' };
		return (await this.ask('query_range', { query: expression, ...range })).length;
	}

	async stop(): Promise<void> {
		this.process.kill('SIGTERM');
		if (this.process.exitCode === null) await once(this.process, 'exit');
		rmSync(this.dir, { recursive: true, force: true });
	}

	private async ready(): Promise<void> {
		await eventually(async () => {
			const answer = await fetch(`${this.url}/-/ready`).catch(() => undefined);
			return answer?.ok === true ? true : undefined;
		});
	}

	private async ask(path: string, parameters: Record<string, string>) {
		const answer = await fetch(`${this.url}/api/v1/${path}`, { method: 'POST', body: new URLSearchParams(parameters) });
		const { status, error, data } = (await answer.json()) as Answer;
		if (status !== 'success') throw new Error(`${parameters['query']}: ${error}`);
		return data.result.map(({ metric }) => metric);
	}
}
