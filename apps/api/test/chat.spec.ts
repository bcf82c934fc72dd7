import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { folded, type RunEvent } from '#libs/chat';
import { asOwner, eventually, freshDatabase, type MockUpstream, startMockUpstream, testConfig } from '#libs/testing';
import { drain } from '../src/drain.js';
import { askApi } from './support/ask-api.js';
import { startApi, type TestApi } from './support/start-api.js';
import { addTenant, type Tenant } from './support/tenants.js';

interface Seen {
	readonly id: number;
	readonly event: RunEvent;
}
interface Stored {
	readonly id: string;
	readonly role: string;
	readonly parentId: string | null;
	readonly content: { type: string; text: string }[];
	readonly state: string;
	readonly usage: { output: number } | null;
	readonly siblingIds: string[];
}

let [api, other]: TestApi[] = [];
let upstream: MockUpstream;
let [anna, bob]: Tenant[] = [];

/** What the upstream does is said by the last thing a person said. */
const told = ({ body }: { body: unknown }): string => {
	const messages = (body as { messages?: { role?: string; content?: unknown }[] }).messages ?? [];
	const content = messages.findLast(({ role }) => role === 'user')?.content;
	return typeof content === 'string' && content.startsWith('do: ') ? content.slice(4) : '';
};

const settings = { EGRESS_ALLOW: '127.0.0.1', LEDGER_FLUSH_MS: '20', CLIENT_STALL_TIMEOUT_MS: '1000' };
beforeAll(async () => {
	await freshDatabase();
	upstream = await startMockUpstream({ models: ['llama:latest'] });
	upstream.behave(told);
	const overrides = { ...settings, OLLAMA_URL: upstream.url };
	[api, other] = [await startApi(overrides), await startApi(overrides)];
	[anna, bob] = [await addTenant(testConfig('api')), await addTenant(testConfig('api'))];
});
afterAll(async () => {
	await Promise.all([api?.stop(), other?.stop()]);
	await upstream?.close();
});
beforeEach(() => upstream.clear());

const ask = <T>(method: string, path: string, body?: unknown, by = anna, at = api) =>
	askApi<T>(at as TestApi, by as Tenant, [method, path, body]);

function framesOf(text: string): Seen[] {
	return text
		.split('\n\n')
		.slice(0, -1)
		.filter((frame) => !frame.startsWith(':'))
		.map((frame) => {
			const [id, , data] = frame.split('\n');
			return {
				id: Number(id?.slice('id: '.length)),
				event: JSON.parse(String(data?.slice('data: '.length))) as RunEvent,
			};
		});
}

const stream = (path: string, body?: unknown, headers: Record<string, string> = {}, at = api): Promise<Response> =>
	fetch(`${at?.url}/api/v1${path}`, {
		method: body === undefined ? 'GET' : 'POST',
		headers: { 'x-api-key': anna?.key ?? '', 'content-type': 'application/json', ...headers },
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	});
const whole = async (path: string, body?: unknown, headers: Record<string, string> = {}, at = api): Promise<Seen[]> =>
	framesOf(await (await stream(path, body, headers, at)).text());
const say = (content: string) => ({ model: 'llama:latest', content });

function startOf(seen: readonly Seen[]): Extract<RunEvent, { type: 'start' }> {
	const event = seen[0]?.event;
	if (event?.type !== 'start') throw new Error(`no start: ${JSON.stringify(event)}`);
	return event;
}
const endOf = (seen: readonly Seen[]) => seen.at(-1)?.event;
const textIn = (seen: readonly Seen[]): string =>
	folded(seen.map(({ event }) => event))
		.content.map((part) => ('text' in part ? part.text : ''))
		.join('');
const branch = async (id: string): Promise<Stored[]> =>
	(await ask<{ items: Stored[] }>('GET', `/conversations/${id}/messages`)).data.items;

/** Begins a run and leaves as soon as its first event is there. */
async function left(path: string, body: object): Promise<Extract<RunEvent, { type: 'start' }>> {
	const leaving = new AbortController();
	const response = await fetch(`${api?.url}/api/v1${path}`, {
		method: 'POST',
		headers: { 'x-api-key': anna?.key ?? '', 'content-type': 'application/json' },
		body: JSON.stringify(body),
		signal: leaving.signal,
	});
	let text = '';
	for await (const bytes of response.body as ReadableStream<Uint8Array>) {
		text += Buffer.from(bytes).toString();
		if (framesOf(text).length > 0) break;
	}
	leaving.abort();
	return startOf(framesOf(text));
}

describe('A chat', () => {
	it('answers event by event, and what was streamed is what is stored', async () => {
		const seen = await whole('/chat', say('do: chunks=7'));
		const { conversationId, parentId, messageId } = startOf(seen);
		expect(seen.map(({ id }) => id)).toEqual(seen.map((_, at) => at + 1));
		expect(endOf(seen)).toMatchObject({ type: 'end', state: 'complete', messageId, error: null });
		const [answer, question] = await branch(conversationId);
		expect(question).toMatchObject({ id: parentId, role: 'user', content: [{ type: 'text', text: 'do: chunks=7' }] });
		expect(answer).toMatchObject({ id: messageId, role: 'assistant', parentId, state: 'complete' });
		expect(answer?.content).toEqual([{ type: 'text', text: textIn(seen) }]);
		expect(answer?.usage?.output).toBeGreaterThan(0);
		const rows = await eventually(async () => {
			const found = await asOwner<{ dialect: string }>('SELECT dialect FROM usage_events WHERE organization_id = $1', [
				anna?.organizationId,
			]);
			return found.length > 0 ? found : undefined;
		});
		expect(rows).toEqual([{ dialect: 'openai' }]);
	});

	it('has a title of what was asked first, unless a person gave it one', async () => {
		const { conversationId } = startOf(await whole('/chat', say('# Plan a **trip** to Rome')));
		await whole(`/conversations/${conversationId}/messages`, say('And back'));
		const titleOf = async (id: string) => (await ask<{ title: string }>('GET', `/conversations/${id}`)).data.title;
		expect(await titleOf(conversationId)).toBe('Plan a trip to Rome');
		const own = (await ask<{ id: string }>('POST', '/conversations', { title: 'Mine' })).data.id;
		await whole(`/conversations/${own}/messages`, say('Something else'));
		expect(await titleOf(own)).toBe('Mine');
	});

	it('goes on with what was said before', async () => {
		const { conversationId } = startOf(await whole('/chat', say('First')));
		await whole(`/conversations/${conversationId}/messages`, say('Second'));
		const last = upstream.calls.at(-1)?.body as { messages: { role: string; content: string }[] };
		expect(last.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
		expect((await branch(conversationId)).length).toBe(4);
	});

	it('goes on without its client, and is read from any place, on any replica', async () => {
		const { runId, conversationId } = await left('/chat', say('do: chunks=40,delay_ms=10'));
		const [here, there, behind] = await Promise.all([
			whole(`/runs/${runId}/events`),
			whole(`/runs/${runId}/events?after=3`, undefined, {}, other),
			whole(`/runs/${runId}/events`, undefined, { 'last-event-id': '5' }, other),
		]);
		const [answer] = await branch(conversationId);
		expect(textIn(here)).toBe(answer?.content[0]?.text);
		expect(there).toEqual(here.slice(3));
		expect(behind).toEqual(here.slice(5));
		expect(await whole(`/runs/${runId}/events`, undefined, {}, other)).toEqual(here);
	});

	it('cut at every byte and resumed says the same', async () => {
		const response = await stream('/chat', say('do: chunks=12'));
		const bytes = Buffer.from(await response.arrayBuffer());
		const full = framesOf(bytes.toString());
		const { runId, conversationId } = startOf(full);
		const stored = (await branch(conversationId))[0]?.content[0]?.text;
		const rests = new Map<number, Seen[]>();
		for (let cut = 0; cut <= bytes.length; cut++) {
			const seen = framesOf(bytes.subarray(0, cut).toString());
			const at = seen.at(-1)?.id ?? 0;
			if (!rests.has(at)) rests.set(at, await whole(`/runs/${runId}/events?after=${at}`));
			expect(textIn([...seen, ...(rests.get(at) ?? [])])).toBe(stored);
		}
		expect(rests.size).toBe(full.length + 1);
	});

	it('is stopped from anywhere within a second; what came is kept, with its usage', async () => {
		const { runId, conversationId } = await left('/chat', say('do: chunks=2000,delay_ms=20'));
		const reading = whole(`/runs/${runId}/events`, undefined, {}, other);
		await eventually(() => (upstream.calls.some(({ state }) => state === 'open') ? true : undefined));
		const at = Date.now();
		expect((await ask('POST', `/runs/${runId}/stop`, undefined, anna, other)).status).toBe(202);
		const call = await eventually(() => upstream.calls.find(({ state }) => state === 'aborted'));
		expect((call.abortedAt ?? Infinity) - at).toBeLessThan(1_000);
		const seen = await reading;
		expect(endOf(seen)).toMatchObject({ type: 'end', state: 'stopped' });
		const [answer] = await branch(conversationId);
		expect(answer).toMatchObject({ state: 'stopped', content: [{ text: textIn(seen) }] });
		expect(answer?.usage?.output).toBeGreaterThan(0);
	});

	it('is continued where it was stopped, and answered anew beside it', async () => {
		const { runId, conversationId, messageId } = await left('/chat', say('do: chunks=2000,delay_ms=20'));
		await eventually(() => (upstream.calls.some(({ state }) => state === 'open') ? true : undefined));
		await ask('POST', `/runs/${runId}/stop`);
		await whole(`/runs/${runId}/events`);
		const [stopped] = await branch(conversationId);
		const seen = await whole(`/conversations/${conversationId}/messages`, {
			continue: messageId,
			model: 'llama:latest',
		});
		expect(textIn(seen).startsWith(stopped?.content[0]?.text ?? '?')).toBe(true);
		const [answer] = await branch(conversationId);
		expect(answer).toMatchObject({ state: 'complete', siblingIds: [messageId, startOf(seen).messageId] });
		const again = await ask('POST', `/conversations/${conversationId}/messages`, {
			continue: answer?.id,
			model: 'llama:latest',
		});
		expect([again.status, again.code]).toEqual([409, 'nothing_to_continue']);
	});

	it('that is begun twice at once has siblings, each with its answer', async () => {
		const { conversationId } = startOf(await whole('/chat', say('First')));
		const path = `/conversations/${conversationId}/messages`;
		const both = await Promise.all([whole(path, say('Left')), whole(path, say('Right'))]);
		const parents = new Set(both.map((seen) => startOf(seen).parentId));
		expect(parents.size).toBe(2);
		const { items } = (await ask<{ items: Stored[] }>('GET', `${path}/all`)).data;
		expect(items.length).toBe(6);
		const questions = items.filter(({ id }) => parents.has(id));
		expect(new Set(questions.map(({ parentId }) => parentId)).size).toBe(1);
		expect(items.filter(({ parentId }) => parentId !== null && parents.has(parentId)).length).toBe(2);
	});

	it('that is asked for twice with one key is one run', async () => {
		const headers = { 'idempotency-key': 'one-and-the-same' };
		const [first, second] = await Promise.all([
			whole('/chat', say('Once'), headers),
			whole('/chat', say('Once'), headers, other),
		]);
		expect(startOf(second)).toEqual(startOf(first));
		expect(upstream.calls.filter(({ body }) => JSON.stringify(body).includes('"Once"')).length).toBe(1);
		const third = await stream('/chat', say('Another'), headers);
		expect([third.status, ((await third.json()) as { error: { code: string } }).error.code]).toEqual([
			422,
			'idempotency_mismatch',
		]);
	});

	it('keeps the question when the upstream fails, and says so', async () => {
		const seen = await whole('/chat', say('do: status=500'));
		expect(endOf(seen)).toMatchObject({ state: 'failed', messageId: null, error: { code: 'upstream_error' } });
		expect(await branch(startOf(seen).conversationId)).toMatchObject([{ role: 'user' }]);
	});

	it('is refused before anything is kept where there is no such model, and for strangers', async () => {
		const before = await asOwner('SELECT count(*)::int AS n FROM conversations');
		expect(await ask('POST', '/chat', { model: 'nobody', content: 'x' })).toMatchObject({
			status: 404,
			code: 'model_not_found',
		});
		expect(await ask('POST', '/chat', { content: 'x' })).toMatchObject({ status: 400, code: 'missing_model' });
		expect(await ask('POST', '/chat', { model: 'llama:latest' })).toMatchObject({
			status: 400,
			code: 'validation_failed',
		});
		expect(await asOwner('SELECT count(*)::int AS n FROM conversations')).toEqual(before);
		const { runId, conversationId } = startOf(await whole('/chat', say('Mine')));
		for (const [method, path] of [
			['GET', `/runs/${runId}`],
			['GET', `/runs/${runId}/events`],
			['POST', `/runs/${runId}/stop`],
			['GET', `/conversations/${conversationId}/runs`],
		] as const)
			expect((await ask(method, path, undefined, bob)).status).toBe(404);
		expect((await ask('POST', `/conversations/${conversationId}/messages`, say('x'), bob)).status).toBe(404);
		expect((await ask('GET', `/runs/${runId}/events?after=x`)).code).toBe('invalid_position');
	});

	it('does not wait for a client that never reads, and drops it', async () => {
		const body = JSON.stringify(say('do: chunks=400,chunk_bytes=20000'));
		const socket = connect(api?.port ?? 0, '127.0.0.1');
		socket.on('error', () => undefined);
		socket.pause();
		socket.write(
			`POST /api/v1/chat HTTP/1.1\r\nhost: x\r\nx-api-key: ${anna?.key}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
		);
		const done = await eventually(async () => {
			const [run] = await asOwner<{ state: string; id: string }>('SELECT id, state FROM runs ORDER BY id DESC LIMIT 1');
			return run?.state === 'completed' ? run : undefined;
		});
		expect((await ask<{ state: string }>('GET', `/runs/${done.id}`)).data.state).toBe('completed');
		await eventually(() => (api?.hooks.inFlight.count === 0 ? true : undefined));
		socket.destroy();
	});
});

describe('A run whose process has gone', () => {
	it('is interrupted with what there is of it, told anew, and can be continued', async () => {
		const { runId, conversationId, messageId } = await left('/chat', say('do: chunks=3000,delay_ms=20'));
		await eventually(async () => ((await lengthOf(runId)) > 3 ? true : undefined));
		const reading = whole(`/runs/${runId}/events?after=2`, undefined, {}, other);
		// as a killed process leaves it: nobody gives a sign of life, and another one has to find that
		await eventually(async () => {
			await asOwner(`UPDATE runs SET heartbeat_at = now() - interval '1 minute' WHERE id = $1`, [runId]);
			const { data } = await ask<{ state: string }>('GET', `/runs/${runId}`);
			return data.state === 'interrupted' ? true : undefined;
		});
		const seen = await reading;
		expect(endOf(seen)).toMatchObject({ state: 'interrupted', messageId });
		const [answer] = await branch(conversationId);
		expect(answer).toMatchObject({ state: 'interrupted', content: [{ text: expect.stringContaining('w0') }] });
		const anew = await whole(`/runs/${runId}/events?after=2`, undefined, {}, other);
		expect(textIn(anew)).toBe(answer?.content[0]?.text);
		await ask('POST', `/runs/${runId}/stop`);
	});
});

/** How much of a run another replica sees. */
async function lengthOf(runId: string): Promise<number> {
	const { Redis } = await import('ioredis');
	const redis = new Redis(testConfig('api').redis.REDIS_URL);
	const length = await redis.xlen(`{${anna?.organizationId}}:run:${runId}`);
	redis.disconnect();
	return length;
}

describe('A drain', () => {
	it('waits for answers that nobody listens to', async () => {
		const leaving = await startApi({ ...settings, OLLAMA_URL: upstream.url });
		const before = api;
		api = leaving;
		const { runId } = await left('/chat', say('do: chunks=30,delay_ms=10'));
		api = before;
		await drain(leaving, 10_000);
		expect((await ask<{ state: string }>('GET', `/runs/${runId}`)).data.state).toBe('completed');
	});
});
