import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, Module, Post } from '@nestjs/common';
import { z } from 'zod';
import type { Config } from '#libs/config';
import { UnitOfWork } from '#libs/database';
import { AppError, newId, type Scope } from '#libs/kernel';
import { asOwner, freshDatabase, testConfig } from '#libs/testing';
import { CurrentScope, Requires } from '../src/edge/access.decorators.js';
import { Responds } from '../src/edge/responds.decorator.js';
import { startApi, type TestApi } from './support/start-api.js';
import { accessToken, addSession, addTenant, type Tenant } from './support/tenants.js';

const NewProject = z.strictObject({ name: z.string() });
type NewProject = z.output<typeof NewProject>;

/** Creates a project and then fails as often as it is told to; lets a test hold it in the middle. */
const script = { failures: 0, held: undefined as Promise<void> | undefined, entered: () => {} };

@Controller('api/v1/unsteady')
class UnsteadyController {
	constructor(private readonly unitOfWork: UnitOfWork) {}

	@Post()
	@Requires('projects:write')
	@Responds(201, z.object({ id: z.uuid() }), 'Made')
	create(@CurrentScope() scope: Scope, @Body({ schema: NewProject }) { name }: NewProject): Promise<{ id: string }> {
		return this.unitOfWork.run(scope, async (tenant) => {
			const id = newId();
			await tenant.transaction.manager.query('INSERT INTO projects (organization_id, id, name) VALUES ($1, $2, $3)', [
				tenant.organizationId,
				id,
				name,
			]);
			script.entered();
			await script.held;
			if (script.failures-- > 0) throw new AppError('unavailable', 'unavailable', 'Not now');
			return { id };
		});
	}
}
@Module({ controllers: [UnsteadyController] })
class UnsteadyModule {}

describe('Idempotency-Key', () => {
	let api: TestApi;
	let replica: TestApi;
	let config: Config;
	let tenant: Tenant;
	let other: Tenant;
	beforeAll(async () => {
		await freshDatabase();
		config = testConfig('api');
		api = await startApi({}, { modules: [UnsteadyModule] });
		replica = await startApi({}, { modules: [UnsteadyModule] });
		tenant = await addTenant(config);
		other = await addTenant(config);
	});
	afterAll(() => Promise.all([api.stop(), replica.stop()]));

	interface Options {
		readonly key?: string;
		readonly credential?: string;
		readonly path?: string;
		readonly at?: TestApi;
	}
	async function create(
		name: string,
		{ key, credential = tenant.key, path = '/api/v1/projects', at = api }: Options = {},
	) {
		const headers = {
			authorization: `Bearer ${credential}`,
			'content-type': 'application/json',
			...(key === undefined ? {} : { 'idempotency-key': key }),
		};
		const answer = await fetch(at.url + path, { method: 'POST', headers, body: JSON.stringify({ name }) });
		const text = await answer.text();
		const body = JSON.parse(text) as { data: { id: string } | null; error?: { code: string } };
		const replayed = answer.headers.get('idempotency-replayed');
		return {
			status: answer.status,
			text,
			id: body.data?.id,
			code: body.error?.code,
			replayed,
			headers: answer.headers,
		};
	}
	const count = async (name: string) => {
		const [row] = await asOwner<{ n: number }>('SELECT count(*)::int AS n FROM projects WHERE name = $1', [name]);
		return row?.n;
	};

	it('replays the first answer, byte for byte', async () => {
		const first = await create('replay', { key: 'replay-1' });
		expect(first).toMatchObject({ status: 201, replayed: null });
		const second = await create('replay', { key: 'replay-1' });
		expect(second).toMatchObject({ status: 201, replayed: 'true', text: first.text });
		expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'));
		expect(await count('replay')).toBe(1);
	});

	it('a key with another body is 422', async () => {
		await create('one body', { key: 'mismatch-1' });
		expect(await create('another body', { key: 'mismatch-1' })).toMatchObject({
			status: 422,
			code: 'idempotency_mismatch',
		});
		expect(await count('another body')).toBe(0);
	});

	it('100 at once on two replicas have one effect', async () => {
		const answers = await Promise.all(
			Array.from({ length: 100 }, (_, n) => create('parallel', { key: 'parallel-1', at: n % 2 === 0 ? api : replica })),
		);
		expect(await count('parallel')).toBe(1);
		const made = answers.filter(({ status, replayed }) => status === 201 && replayed === null);
		expect(made).toHaveLength(1);
		for (const { status, replayed, code, id } of answers)
			if (status === 201) expect(id).toBe(made[0]?.id);
			else expect({ status, code, replayed }).toEqual({ status: 409, code: 'idempotency_in_flight', replayed: null });
	});

	it('is 409 while the first one works', async () => {
		let release = () => {};
		script.held = new Promise((resolve) => (release = resolve));
		const entered = new Promise<void>((resolve) => (script.entered = resolve));
		const first = create('held', { key: 'held-1', path: '/api/v1/unsteady' });
		await entered;
		const second = await create('held', { key: 'held-1', path: '/api/v1/unsteady', at: replica });
		expect(second).toMatchObject({ status: 409, code: 'idempotency_in_flight' });
		expect(second.headers.get('retry-after')).toBe('1');
		release();
		script.held = undefined;
		const { status, id } = await first;
		expect(status).toBe(201);
		expect(await create('held', { key: 'held-1', path: '/api/v1/unsteady', at: replica })).toMatchObject({
			id,
			replayed: 'true',
		});
	});

	it('a failure leaves nothing: neither effect nor answer, and a retry works', async () => {
		script.failures = 2;
		for (const status of [503, 503, 201])
			expect(await create('unsteady', { key: 'unsteady-1', path: '/api/v1/unsteady' })).toMatchObject({
				status,
				replayed: null,
			});
		expect(await count('unsteady')).toBe(1);
	});

	it('a refused request is not stored', async () => {
		expect(await create('', { key: 'invalid-1' })).toMatchObject({ status: 400, code: 'validation_failed' });
		expect(await create('now valid', { key: 'invalid-1' })).toMatchObject({ status: 201, replayed: null });
		expect(await create('now valid', { key: 'invalid-2' })).toMatchObject({ status: 409 });
		const [row] = await asOwner(`SELECT count(*)::int AS n FROM idempotency_keys WHERE key = 'invalid-2'`);
		expect(row).toEqual({ n: 0 });
	});

	it('organizations, principals and routes do not meet', async () => {
		const session = accessToken(config, tenant, await addSession(tenant));
		const answers = [
			await create('mine', { key: 'shared-1' }),
			await create('theirs', { key: 'shared-1', credential: other.key }),
			await create('as a person', { key: 'shared-1', credential: session }),
			await create('elsewhere', { key: 'shared-1', path: '/api/v1/unsteady' }),
		];
		for (const { status, replayed } of answers) expect([status, replayed]).toEqual([201, null]);
		expect(new Set(answers.map(({ id }) => id)).size).toBe(4);
	});

	it('an answer is forgotten after its day, and does not lie in the database in the clear', async () => {
		const first = await create('expiring', { key: 'expiring-1' });
		const [stored] = await asOwner<{ response_sealed: string; hours: number }>(
			`SELECT response_sealed, extract(epoch FROM expires_at - now()) / 3600 AS hours FROM idempotency_keys WHERE key = 'expiring-1'`,
		);
		expect(stored?.response_sealed).not.toContain(first.id);
		expect(Number(stored?.hours)).toBeGreaterThan(23.9);
		await asOwner(`UPDATE idempotency_keys SET expires_at = now() WHERE key = 'expiring-1'`);
		expect(await create('expired', { key: 'expiring-1' })).toMatchObject({ status: 201, replayed: null });
	});

	it('odd keys are 400; no key, no memory', async () => {
		for (const key of ['', ' ', 'a b', 'x'.repeat(256), '\u00ff'])
			expect(await create('odd', { key })).toMatchObject({ status: 400, code: 'invalid_idempotency_key' });
		expect(await create('longest', { key: 'x'.repeat(255) })).toMatchObject({ status: 201 });
		expect(await create('twice')).toMatchObject({ status: 201 });
		expect(await create('twice')).toMatchObject({ status: 409 });
	});
});
