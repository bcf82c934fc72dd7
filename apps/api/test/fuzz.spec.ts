import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc, { type Arbitrary } from 'fast-check';
import pLimit from 'p-limit';
import { Pool } from 'undici';
import { freshDatabase, startMockUpstream, testConfig } from '#libs/testing';
import { shapeOf } from '../src/edge/shape.js';
import { misfit, type Schema } from './support/json-schema.js';
import { type OddRequest, oddRequests, type OpenApi } from './support/odd-requests.js';
import { startApi, type TestApi } from './support/start-api.js';
import { accessToken, addSession, addTenant, type Tenant } from './support/tenants.js';

const RUNS = Number(process.env.FUZZ_RUNS ?? 5_000);
const SEED = Number(process.env.FUZZ_SEED ?? 1);
const BATCH = 500;
const AT_ONCE = 16;

const errorSchemas = {
	envelope: 'ErrorEnvelope',
	openai: 'OpenAiError',
	anthropic: 'AnthropicError',
	ollama: 'OllamaError',
} as const;

describe('odd requests to every route', () => {
	let api: TestApi;
	let mock: Awaited<ReturnType<typeof startMockUpstream>>;
	let pool: Pool;
	let document: OpenApi;
	let requests: () => Promise<Arbitrary<OddRequest>>;
	beforeAll(async () => {
		await freshDatabase();
		mock = await startMockUpstream({});
		api = await startApi({ OLLAMA_URL: mock.url, LOG_LEVEL: 'error' });
		pool = new Pool(api.url, { connections: AT_ONCE });
		document = (await (await fetch(`${api.url}/openapi.json`)).json()) as OpenApi;
		const others = api.routes.all().filter(({ url }) => url.startsWith('/docs') || url === '/openapi.json');
		const paths = [...others.map(({ url }) => url), '/nowhere', '/v1/nowhere', '/api/v2/x'];
		const config = testConfig('api');
		// what is done to the providers of an organization would make its models unreachable
		const [tenant, experimenter] = [await addTenant(config), await addTenant(config)];
		const proofsOf = async (one: Tenant) => ({
			key: one.key,
			accessToken: accessToken(config, one, await addSession(one)), // each batch ends its own
		});
		requests = async () => {
			const [usual, experimental] = [await proofsOf(tenant), await proofsOf(experimenter)];
			return oddRequests(document, paths, (path) => (path.includes('/providers') ? experimental : usual));
		};
	});
	afterAll(async () => {
		await pool.close();
		await api.stop();
		await mock.close();
	});

	/** What is wrong with an answer. */
	function complaint({ path, headers, operation }: OddRequest, status: number, type: string, text: string) {
		if (status >= 500) return `${status}: ${text.slice(0, 300)}`;
		if (status === 204 || status === 304) return text === '' ? undefined : 'a body that must not be';
		const { schemas } = document.components;
		if (status >= 400) {
			const schema = schemas[errorSchemas[shapeOf(path, headers)]] ?? {};
			return misfit(parsed(text), schema, schemas);
		}
		const described: Schema | undefined = operation?.responses[status]?.content?.['application/json']?.schema;
		if (operation === undefined || described === undefined || !type.startsWith('application/json')) return undefined;
		return misfit(parsed(text), described, schemas);
	}
	const parsed = (text: string): unknown => {
		try {
			return JSON.parse(text);
		} catch {
			return Symbol('no JSON');
		}
	};

	async function send(request: OddRequest, statuses: Map<number, number>): Promise<string | undefined> {
		const { method, path, headers, body } = request;
		const answer = await pool.request({ method, path, headers, ...(body === undefined ? {} : { body }) });
		const { statusCode } = answer;
		statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
		const found = complaint(request, statusCode, String(answer.headers['content-type']), await answer.body.text());
		return found && `${method} ${path} ${JSON.stringify(headers)} ${body?.slice(0, 500)} → ${statusCode} ${found}`;
	}

	it(`${RUNS} of them get no 5xx and no body that is not in the route's shape`, async () => {
		const statuses = new Map<number, number>();
		const complaints: string[] = [];
		const limit = pLimit(AT_ONCE);
		const before = performance.now();
		for (let sent = 0; sent < RUNS && complaints.length < 20; sent += BATCH) {
			const batch = fc.sample(await requests(), { numRuns: Math.min(BATCH, RUNS - sent), seed: SEED + sent });
			const found = await limit.map(batch, (request) => send(request, statuses));
			complaints.push(...found.filter((text) => text !== undefined));
		}
		const figures = { ms: Math.round(performance.now() - before), statuses: Object.fromEntries(statuses) };
		if (process.env.FIGURES_OUT !== undefined) writeFileSync(process.env.FIGURES_OUT, JSON.stringify(figures));
		expect({ figures, complaints }).toEqual({ figures, complaints: [] });
		expect((await fetch(`${api.url}/health`)).status).toBe(200);
	}, 1_800_000);
});
