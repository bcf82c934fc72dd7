import { Targets } from '#libs/gateway';
import { freshDatabase, type MockUpstream, startMockUpstream, testConfig } from '#libs/testing';
import { startApi, type TestApi } from './start-api.js';
import { addTenant, type Tenant } from './tenants.js';

export const UPSTREAM_KEY = 'sk-ant-upstream-canary';

/** What an upstream does is said by the last user message: `do: reset_at=3`. */
function told({ body }: { readonly body: unknown }): string {
	const { messages } = body as { messages?: { content?: unknown }[] };
	const content = messages?.at(-1)?.content;
	const text = Array.isArray(content) ? (content.at(-1) as { text?: unknown }).text : content;
	return typeof text === 'string' && text.startsWith('do: ') ? text.slice(4) : '';
}

/** The real api in front of an upstream of each protocol: models `claude-x` and `ns/claude:1`, `gpt-x`, `llama`. */
export class ThreeProtocols {
	/** Request ids of what `post` sent since the last `reset`. */
	readonly sent: string[] = [];

	private constructor(
		readonly api: TestApi,
		readonly tenant: Tenant,
		readonly claude: MockUpstream,
		readonly openai: MockUpstream,
		readonly ollama: MockUpstream,
	) {}

	static async start(): Promise<ThreeProtocols> {
		await freshDatabase();
		const [claude, openai, ollama] = await Promise.all([
			startMockUpstream({ models: ['claude-x', 'ns/claude:1'], apiKey: UPSTREAM_KEY }),
			startMockUpstream({ models: ['gpt-x'] }),
			startMockUpstream({ models: ['llama:latest'] }),
		]);
		for (const mock of [claude, openai, ollama]) mock.behave(told);
		const api = await startApi({
			EGRESS_ALLOW: '127.0.0.1',
			UPSTREAM_FIRST_BYTE_TIMEOUT_MS: '700',
			UPSTREAM_IDLE_TIMEOUT_MS: '700',
			LEDGER_FLUSH_MS: '20',
		});
		const all = new ThreeProtocols(api, await addTenant(testConfig('api')), claude, openai, ollama);
		await all.provide({ name: 'nodes', kind: 'ollama', baseUrl: ollama.url });
		await all.provide({ name: 'vllm', kind: 'openai-compatible', baseUrl: `${openai.url}/v1` });
		await all.provide({ name: 'claude', kind: 'anthropic', baseUrl: claude.url, apiKey: UPSTREAM_KEY });
		return all;
	}

	upstreamOf(model: 'claude-x' | 'gpt-x' | 'llama'): MockUpstream {
		return { 'claude-x': this.claude, 'gpt-x': this.openai, llama: this.ollama }[model];
	}

	/** Before each test: upstreams of its own mood, nothing sent yet. */
	reset(): void {
		this.closeBreakers();
		this.sent.length = 0;
		for (const mock of [this.claude, this.openai, this.ollama]) mock.clear();
	}

	closeBreakers(): void {
		this.api.app.get(Targets).closeBreakers();
	}

	async post(
		path: string,
		body: object,
		more: { headers?: Record<string, string>; signal?: AbortSignal } = {},
	): Promise<Response> {
		const answer = await fetch(this.api.url + path, {
			method: 'POST',
			headers: { 'content-type': 'application/json', 'x-api-key': this.tenant.key, ...more.headers },
			body: JSON.stringify(body),
			signal: more.signal ?? null,
		});
		this.sent.push(String(answer.headers.get('x-request-id')));
		return answer;
	}

	get(path: string, headers: Record<string, string> = {}): Promise<Response> {
		return fetch(this.api.url + path, { headers: { 'x-api-key': this.tenant.key, ...headers } });
	}

	async close(): Promise<void> {
		await this.api.app.close();
		await Promise.all([this.claude, this.openai, this.ollama].map((mock) => mock.close()));
	}

	private async provide(provider: object): Promise<void> {
		const created = await this.post('/api/v1/providers', provider);
		if (created.status !== 201) throw new Error(await created.text());
	}
}
