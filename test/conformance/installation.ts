import {
	asOwner,
	eventually,
	freshDatabase,
	type MockCall,
	type MockUpstream,
	startMockUpstream,
	testConfig,
} from '#libs/testing';
import { startApi, type TestApi } from '../../apps/api/test/support/start-api.js';
import { addTenant, type Tenant } from '../../apps/api/test/support/tenants.js';
import type { Dialect, Target } from './clients/client.js';

/** Larger bodies are refused. */
export const BODY_LIMIT = 1_048_576;

export interface Tokens {
	readonly input: number;
	readonly cacheRead: number;
	readonly output: number;
	readonly reasoning: number;
}

interface Upstream {
	readonly protocol: Dialect;
	readonly mock: MockUpstream;
	readonly model: string;
	readonly embedder: string;
}

/** The last user message says what the upstream does: `do: chunks=3`. */
const told = ({ body }: { body: unknown }): string => {
	const text = JSON.stringify(body);
	return /"do: ([^"]*)"/.exec(text.slice(text.lastIndexOf('"do: ')))?.[1] ?? '';
};

const number = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** What an upstream reported, in the ledger's disjoint classes. */
const reported: Record<Dialect, (usage: Record<string, unknown>) => Tokens> = {
	openai: ({ prompt_tokens: prompt, completion_tokens: completion, ...usage }) => {
		const cached = number((usage.prompt_tokens_details as Record<string, unknown> | undefined)?.cached_tokens);
		const thought = number((usage.completion_tokens_details as Record<string, unknown> | undefined)?.reasoning_tokens);
		return {
			input: number(prompt) - cached,
			cacheRead: cached,
			output: number(completion) - thought,
			reasoning: thought,
		};
	},
	anthropic: (usage) => {
		const thought = number((usage.output_tokens_details as Record<string, unknown> | null)?.thinking_tokens);
		return {
			input: number(usage.input_tokens),
			cacheRead: number(usage.cache_read_input_tokens),
			output: number(usage.output_tokens) - thought,
			reasoning: thought,
		};
	},
	ollama: (usage) => ({
		input: number(usage.prompt_eval_count),
		cacheRead: 0,
		output: number(usage.eval_count),
		reasoning: 0,
	}),
};

const GENERATIONS = [
	'/v1/chat/completions',
	'/v1/embeddings',
	'/v1/messages',
	'/v1/responses',
	'/api/chat',
	'/api/embed',
];

/** The real api on real stores, in front of one upstream of each protocol. */
export class Installation {
	private constructor(
		readonly api: TestApi,
		readonly tenant: Tenant,
		readonly upstreams: readonly Upstream[],
	) {}

	static async start(): Promise<Installation> {
		await freshDatabase();
		const upstreams: Upstream[] = [
			{ protocol: 'openai', model: 'gpt-x', embedder: 'embed-x', mock: await mockOf('gpt-x', 'embed-x') },
			{ protocol: 'ollama', model: 'llama:8b', embedder: 'nomic:v1', mock: await mockOf('llama:8b', 'nomic:v1') },
			{ protocol: 'anthropic', model: 'claude-x', embedder: 'claude-x', mock: await mockOf('claude-x') },
		];
		const api = await startApi({
			EGRESS_ALLOW: '127.0.0.1',
			LEDGER_FLUSH_MS: '20',
			BODY_LIMIT_BYTES: String(BODY_LIMIT),
		});
		const installation = new Installation(api, await addTenant(testConfig('api')), upstreams);
		for (const upstream of upstreams) await provide(api, installation.tenant, upstream.protocol, upstream.mock.url);
		return installation;
	}

	upstream(protocol: Dialect): Upstream {
		const found = this.upstreams.find((upstream) => upstream.protocol === protocol);
		if (found === undefined) throw new Error(`no upstream speaks ${protocol}`);
		return found;
	}

	target(protocol: Dialect, wrong: Partial<Target> = {}): Target {
		const { model, embedder } = this.upstream(protocol);
		return { url: this.api.url, key: this.tenant.key, model, embedder, ...wrong };
	}

	/** Calls for an answer that the upstream has seen, since its log was cleared. */
	calls(protocol: Dialect): MockCall[] {
		return this.upstream(protocol).mock.calls.filter(({ path }) => GENERATIONS.includes(path));
	}

	/** What a call reported, as the ledger must have it. */
	reported(protocol: Dialect, call: MockCall | undefined): Tokens {
		return reported[protocol](call?.usageSent ?? {});
	}

	/** Forgets the calls of all upstreams and the rows of the ledger. */
	async clear(): Promise<void> {
		await quiet(this.api);
		for (const { mock } of this.upstreams) mock.clear();
		await asOwner('DELETE FROM usage_events');
	}

	/** The ledger once it has at least `count` rows. */
	async ledger(count: number): Promise<(Tokens & { status: string; source: string; attempts: number })[]> {
		return eventually(async () => {
			const rows = await asOwner<Tokens & { status: string; source: string; attempts: number }>(
				`SELECT input_tokens::int AS input, cache_read_tokens::int AS "cacheRead", output_tokens::int AS output,
				        reasoning_tokens::int AS reasoning, status, usage_source AS source, attempts
				   FROM usage_events ORDER BY occurred_at`,
			);
			return rows.length >= count ? rows : undefined;
		});
	}

	async stop(): Promise<void> {
		await this.api.stop();
		await Promise.all(this.upstreams.map(({ mock }) => mock.close()));
	}
}

/** A provider of the tenant for an upstream of this protocol. */
export async function provide(api: TestApi, tenant: Tenant, protocol: Dialect, url: string): Promise<void> {
	const kinds = { openai: 'openai-compatible', ollama: 'ollama', anthropic: 'anthropic' };
	const baseUrl = protocol === 'openai' ? `${url}/v1` : url;
	const created = await fetch(`${api.url}/api/v1/providers`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', authorization: `Bearer ${tenant.key}` },
		body: JSON.stringify({ name: protocol, kind: kinds[protocol], baseUrl, apiKey: 'sk-upstream' }),
	});
	if (created.status !== 201) throw new Error(await created.text());
}

/** Resolves when no call is under way and every row is written. */
export async function quiet(api: TestApi): Promise<void> {
	await eventually(async () => {
		const text = await api.telemetry.metrics.text();
		const values = [...text.matchAll(/^parallama_(?:open_calls|ledger_pending_calls)(?:\{.*\})? (\d+)$/gm)];
		return values.length === 2 && values.every(([, value]) => value === '0') ? true : undefined;
	});
}

async function mockOf(...models: string[]): Promise<MockUpstream> {
	const mock = await startMockUpstream({ models });
	mock.behave(told);
	return mock;
}
