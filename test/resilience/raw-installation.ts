import {
	asOwner,
	freshDatabase,
	type RawAnswer,
	RawUpstream,
	streamChunk,
	streamHead,
	testConfig,
} from '#libs/testing';
import { startApi, type TestApi } from '../../apps/api/test/support/start-api.js';
import { addTenant, type Tenant } from '../../apps/api/test/support/tenants.js';
import type { Dialect } from '../conformance/clients/client.js';
import { provide, quiet } from '../conformance/installation.js';
import { upstreamFrames } from './upstream-frames.js';
import { wires } from './wire.js';

export interface Row {
	readonly input: number;
	readonly cacheRead: number;
	readonly output: number;
	readonly status: string;
	readonly source: string;
	readonly code: string | null;
}

export const protocols: readonly Dialect[] = ['openai', 'anthropic', 'ollama'];
export const pairs = protocols.flatMap((dialect) => protocols.map((protocol) => ({ dialect, protocol })));
const MODELS = 400;
/** The circuit breaker knows models: faults of one say nothing of another. */
export const modelOf = (protocol: Dialect, n = 0): string => `raw-${protocol}-${n}`;

const modelsOf = (protocol: Dialect): string[] => Array.from({ length: MODELS }, (_, n) => modelOf(protocol, n));

/** The real api in front of upstreams that answer with exactly the bytes that a test says. */
export class RawInstallation {
	private constructor(
		readonly api: TestApi,
		readonly tenant: Tenant,
		readonly upstreams: Readonly<Record<Dialect, RawUpstream>>,
	) {}

	static async start(settings: Record<string, string> = {}): Promise<RawInstallation> {
		await freshDatabase();
		const entries = protocols.map(async (protocol) => [protocol, await RawUpstream.start(modelsOf(protocol))] as const);
		const upstreams = Object.fromEntries(await Promise.all(entries)) as Record<Dialect, RawUpstream>;
		const api = await startApi({ EGRESS_ALLOW: '127.0.0.1', LEDGER_FLUSH_MS: '10', ...settings });
		const tenant = await addTenant(testConfig('api'));
		for (const protocol of protocols) await provide(api, tenant, protocol, upstreams[protocol].url);
		return new RawInstallation(api, tenant, upstreams);
	}

	/** Every call of this protocol's upstream gets this from now on. */
	answer(protocol: Dialect, answer: RawAnswer): void {
		this.upstreams[protocol].answer = () => answer;
	}

	/** A stream of these frames, in one piece. */
	stream(protocol: Dialect, frames: string, ending: RawAnswer['ending'] = 'keep'): void {
		const { type } = upstreamFrames[protocol];
		const last = ending === 'keep' ? [streamChunk()] : [];
		this.answer(protocol, { pieces: [streamHead(type), streamChunk(frames), ...last], ending });
	}

	/** `n` chooses among the models. */
	call(
		dialect: Dialect,
		protocol: Dialect,
		asked: { n?: number; stream?: boolean; content?: string } = {},
	): Promise<Response> {
		const { n = 0, stream = true, content = 'a question' } = asked;
		const wire = wires[dialect];
		return fetch(this.api.url + wire.path, {
			method: 'POST',
			headers: { authorization: `Bearer ${this.tenant.key}`, 'content-type': 'application/json' },
			body: JSON.stringify(wire.body(modelOf(protocol, n), content, stream)),
			signal: AbortSignal.timeout(20_000),
		});
	}

	/** The rows since the last time, once all calls are written. */
	async rows(): Promise<Row[]> {
		await quiet(this.api);
		const rows = await asOwner<Row>(
			`DELETE FROM usage_events RETURNING input_tokens::int AS input, cache_read_tokens::int AS "cacheRead",
			 output_tokens::int AS output, status, usage_source AS source, error_code AS code`,
		);
		return rows;
	}

	async stop(): Promise<void> {
		await this.api.stop();
		await Promise.all(Object.values(this.upstreams).map((upstream) => upstream.close()));
	}
}
