import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { errorClasses } from '#libs/kernel';
import { eventually, freshDatabase, type MockUpstream, startMockUpstream, testConfig } from '#libs/testing';
import { startApi, type TestApi } from './support/start-api.js';
import { addTenant, type Tenant } from './support/tenants.js';

let api: TestApi;
let ollama: MockUpstream;
let tenants: Tenant[];

const told = ({ body }: { body: unknown }): string => {
	const content = (body as { messages?: { content?: string }[] }).messages?.at(-1)?.content ?? '';
	return content.startsWith('do: ') ? content.slice(4) : '';
};

beforeAll(async () => {
	await freshDatabase();
	ollama = await startMockUpstream({ models: ['llama:latest'] });
	ollama.behave(told);
	api = await startApi({ OLLAMA_URL: ollama.url, EGRESS_ALLOW: '127.0.0.1', LEDGER_FLUSH_MS: '20' });
	tenants = [await addTenant(testConfig('api')), await addTenant(testConfig('api'))];
});
afterAll(async () => {
	await api?.stop();
	await ollama?.close();
});

interface Asked {
	readonly by?: Tenant | undefined;
	readonly model?: string;
	readonly content?: string;
	readonly stream?: boolean;
}
async function ask({
	by = tenants[0],
	model = 'llama:latest',
	content = 'hi',
	stream = false,
}: Asked): Promise<number> {
	const answer = await fetch(`${api.url}/openai/v1/chat/completions`, {
		method: 'POST',
		headers: { authorization: `Bearer ${by?.key}` },
		body: JSON.stringify({ model, stream, messages: [{ role: 'user', content }] }),
	});
	await answer.text();
	return answer.status;
}

/** The samples of a metric: labels as text, and the value. */
async function samples(name: string): Promise<ReadonlyMap<string, number>> {
	const text = await api.telemetry.metrics.text();
	return new Map(
		[...text.matchAll(/^(\w+)\{(.*)\} (\S+)$/gm)]
			.filter(([, found]) => found === name)
			.map(([, , labels = '', value]) => [labels.replace(',service="parallama-api"', ''), Number(value)]),
	);
}
/** Waits until a sample has a value. */
const becomes = (wanted: number, name: string, ...labels: string[]) =>
	eventually(async () => ((await value(name, ...labels)) === wanted ? true : undefined));
const value = async (name: string, ...labels: string[]) =>
	[...(await samples(name))].find(([text]) => labels.every((label) => text.includes(label)))?.[1] ?? 0;

describe('what a call leaves in the metrics', () => {
	it("OpenTelemetry's: duration, tokens, first chunk, time between tokens", async () => {
		expect(await ask({ stream: true })).toBe(200);
		await becomes(1, 'parallama_calls_total', 'outcome="ok"');
		const labels = [
			'gen_ai_operation_name="chat"',
			'gen_ai_provider_name="ollama"',
			'gen_ai_request_model="llama:latest"',
		];
		for (const name of [
			'gen_ai_client_operation_duration_seconds_count',
			'gen_ai_client_token_usage_count',
			'gen_ai_client_operation_time_to_first_chunk_seconds_count',
			'gen_ai_server_time_per_output_token_seconds_count',
		])
			expect([name, await value(name, ...labels)]).toEqual([name, 1]);
		expect(await value('gen_ai_client_token_usage_sum', 'gen_ai_token_type="output"')).toBe(
			await value('parallama_tokens_total', 'class="output"'),
		);
	});

	it('ours: overhead, admission, attempts, the ledger', async () => {
		expect(await value('parallama_gateway_overhead_seconds_count', 'dialect="openai"')).toBe(1);
		expect(await value('parallama_admission_seconds_count')).toBe(1);
		expect(await value('parallama_upstream_attempts_total', 'provider="ollama"', 'outcome="ok"')).toBe(1);
		expect(await value('parallama_breakers', 'provider="ollama"', 'state="closed"')).toBe(1);
		await becomes(1, 'parallama_ledger_calls_total', 'source="provider"');
		expect(await value('parallama_unpriced_calls_total', 'vendor="ollama"')).toBe(1);
		expect(await value('parallama_ledger_lag_seconds')).toBe(0);
		expect(await value('parallama_database_transaction_seconds_count')).toBeGreaterThan(0);
		expect(await value('parallama_database_connections_max')).toBeGreaterThan(0);
	});

	it('a failure by whose doing it is, once for each attempt and once for the call', async () => {
		expect(await ask({ content: 'do: status=500' })).toBe(502);
		await becomes(1, 'parallama_calls_total', 'outcome="provider_error"');
		expect(await value('parallama_upstream_attempts_total', 'outcome="provider_error"')).toBeGreaterThan(1);
		expect(await value('parallama_errors_total', 'class="provider_error"')).toBe(1);
		expect(await ask({ model: 'nobody-has-this' })).toBe(404);
		await becomes(1, 'parallama_errors_total', 'class="caller_missing"');
	});

	it('a stream is counted among the active ones until it ends', async () => {
		const controller = new AbortController();
		const answer = await fetch(`${api.url}/openai/v1/chat/completions`, {
			method: 'POST',
			headers: { authorization: `Bearer ${tenants[0]?.key}` },
			body: JSON.stringify({
				model: 'llama:latest',
				stream: true,
				messages: [{ role: 'user', content: 'do: stall_at=1' }],
			}),
			signal: controller.signal,
		});
		await answer.body?.getReader().read();
		expect(await value('parallama_active_calls', 'kind="stream"')).toBe(1);
		controller.abort();
		await becomes(0, 'parallama_active_calls', 'kind="stream"');
		await becomes(1, 'parallama_calls_total', 'outcome="caller_gone"');
	});
});

describe('labels', () => {
	const lines = async () => (await api.telemetry.metrics.text()).split('\n').filter((line) => !line.startsWith('#'));

	it('do not grow with callers, models that nobody has, or paths', async () => {
		for (const by of tenants) expect(await ask({ by, stream: true })).toBe(200);
		await becomes(3, 'parallama_calls_total', 'outcome="ok"');
		const before = (await lines()).length;
		for (let at = 0; at < 30; at++) {
			await ask({ by: tenants[at % 2], model: at % 3 === 0 ? 'llama:latest' : `made-up-${at}`, stream: true });
			await (await fetch(`${api.url}/v1/made-up-${at}`)).text();
			await (await fetch(`${api.url}/api/v1/projects/${at}`)).text();
		}
		await becomes(13, 'parallama_calls_total', 'outcome="ok"');
		// the routes that were asked for the first time: a histogram each
		const grown = (await lines()).filter((line) => !line.startsWith('parallama_http_')).length;
		const asked = (await lines()).filter((line) => line.startsWith('parallama_http_'));
		expect(grown).toBeLessThanOrEqual(before);
		expect(asked.join('\n')).not.toContain('made-up');
	});

	it('name nobody: no organization, user, key or request', async () => {
		const text = (await lines()).join('\n');
		for (const { organizationId, keyRowId, key } of tenants)
			for (const secret of [organizationId, keyRowId, key.slice(0, 15)]) expect(text).not.toContain(secret);
		expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
	});

	it('of errors are of the closed list', async () => {
		const classes = [...(await samples('parallama_errors_total')).keys()].map(
			(text) => /class="(\w+)"/.exec(text)?.[1],
		);
		expect(new Set(classes)).toEqual(new Set(errorClasses));
	});
});
