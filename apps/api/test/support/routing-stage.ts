import { Targets } from '#libs/gateway';
import { LedgerFlusher } from '#libs/metering';
import { asOwner, eventually, freshDatabase, type MockUpstream, startMockUpstream, testConfig } from '#libs/testing';
import { startApi, type TestApi } from './start-api.js';
import { addTenant, type Tenant } from './tenants.js';

export interface Row {
	readonly status: string;
	readonly error_code: string | null;
	readonly attempts: number;
	readonly model: string;
	readonly alias: string;
	readonly provider_id: string;
	readonly usage_source: string;
	readonly input_tokens: string;
	readonly output_tokens: string;
}

type Goal = readonly [provider: string, model: string, weight?: number];
interface ProviderFields {
	readonly kind?: string;
	readonly apiKey?: string;
	readonly settings?: object;
}
interface Sent {
	/** Which replica. */
	readonly at?: TestApi;
	readonly signal?: AbortSignal;
}

const settings = { LEDGER_FLUSH_MS: '20', EGRESS_ALLOW: '127.0.0.1', UPSTREAM_FIRST_BYTE_TIMEOUT_MS: '400' };

/** Two replicas in front of upstreams: `one` with the model m1, `two` with m2, and those that a test adds. */
export class RoutingStage {
	private readonly ids = new Map<string, string>();
	private readonly nodes: MockUpstream[] = [];

	private constructor(
		readonly api: TestApi,
		readonly twin: TestApi,
		private readonly tenant: Tenant,
	) {}

	static async open(): Promise<RoutingStage> {
		await freshDatabase();
		return new RoutingStage(await startApi(settings), await startApi(settings), await addTenant(testConfig('api')));
	}

	async close(): Promise<void> {
		await Promise.all([this.api.stop(), this.twin.stop()]);
		await Promise.all(this.nodes.map((node) => node.close()));
	}

	/** All upstreams behave again. */
	async reset(): Promise<void> {
		for (const node of this.nodes) node.behave(() => '');
		await this.clear();
	}

	/** Nothing was learnt of the upstreams; nothing is in the ledger, nor on its way there. */
	private async clear(): Promise<void> {
		for (const { app } of [this.api, this.twin]) {
			await app.get(LedgerFlusher).drain();
			app.get(Targets).closeBreakers();
		}
		await asOwner('DELETE FROM usage_events');
	}

	async addUpstream(name: string, model: string, more: ProviderFields = {}): Promise<MockUpstream> {
		const node = await startMockUpstream({ models: [model], idPrefix: name });
		this.nodes.push(node);
		await this.addProvider(name, node, more);
		return node;
	}

	async addProvider(name: string, node: MockUpstream, more: ProviderFields = {}): Promise<void> {
		const baseUrl = more.kind === 'ollama' ? node.url : `${node.url}/v1`;
		const made = await this.made('providers', { name, kind: 'openai-compatible', baseUrl, apiKey: 'sk-1', ...more });
		this.ids.set(name, made);
	}

	id(provider: string): string {
		return this.ids.get(provider) ?? '';
	}

	/** Creates a name for calls; returns once both replicas know it. */
	async addAlias(name: string, policy: string, goals: readonly Goal[], more: object = {}): Promise<void> {
		const targets = goals.map(([provider, model, weight = 1], priority) => ({
			providerId: this.id(provider),
			model,
			weight,
			priority,
		}));
		await this.made('aliases', { name, policy, targets, ...more });
		for (const at of [this.api, this.twin])
			await eventually(async () => ((await this.chat(name, {}, { at })).status === 200 ? true : undefined));
		await this.clear();
	}

	chat(model: string, more: object = {}, sent: Sent = {}): Promise<Response> {
		return this.post('/v1/chat/completions', { model, messages: [{ role: 'user', content: 'a b c' }], ...more }, sent);
	}

	patch(path: string, body: unknown): Promise<Response> {
		return this.send('PATCH', path, body);
	}

	post(path: string, body: unknown, sent: Sent = {}): Promise<Response> {
		return this.send('POST', path, body, sent);
	}

	private send(method: string, path: string, body: unknown, { at = this.api, signal }: Sent = {}): Promise<Response> {
		return fetch(at.url + path, {
			method,
			headers: { authorization: `Bearer ${this.tenant.key}`, 'content-type': 'application/json' },
			body: JSON.stringify(body),
			...(signal === undefined ? {} : { signal }),
		});
	}

	/** The ledger once it holds `count` rows. */
	rows(count = 1): Promise<Row[]> {
		return eventually(async () => {
			const found = await asOwner<Row>('SELECT * FROM usage_events ORDER BY occurred_at');
			return found.length >= count ? found : undefined;
		});
	}

	private async made(what: string, body: object): Promise<string> {
		const answer = await this.post(`/api/v1/${what}`, body);
		const { data } = (await answer.json()) as { data: { id: string } };
		if (answer.status !== 201) throw new Error(`${what} answered ${answer.status}`);
		return data.id;
	}
}

export const callsOf = (node: MockUpstream): number =>
	node.calls.filter(({ path }) => path.endsWith('/completions')).length;
