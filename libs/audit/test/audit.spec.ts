import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { Client } from 'pg';
import { AuditLog, AuditModule, AuditSealer, AuditVerifier, type ChainHead } from '#libs/audit';
import { UnitOfWork } from '#libs/database';
import { newId, type Scope, systemScope } from '#libs/kernel';
import { asOwner, freshDatabase, openApplication, testConfig } from '#libs/testing';

let api: INestApplicationContext;
let worker: INestApplicationContext;

beforeAll(async () => {
	await freshDatabase();
	api = await openApplication(testConfig('api'), [AuditModule]);
	worker = await openApplication(testConfig('worker'), [AuditModule], 'worker');
});
afterAll(async () => {
	await api.close();
	await worker.close();
});

async function anOrganization(): Promise<Scope> {
	const id = newId();
	await asOwner('INSERT INTO organizations (id, slug, name) VALUES ($1, $2, $2)', [id, `org-${id}`]);
	return systemScope(id, 'test', 'request-1');
}
const record = (scope: Scope, name: string) =>
	api.get(UnitOfWork).run(scope, (tenant) =>
		api.get(AuditLog).record(tenant, {
			action: 'project.create',
			targetType: 'project',
			targetId: name,
			after: { name, big: 2 ** 53, nested: { b: 1, a: [null, 'ä'] } },
		}),
	);
const seal = () => worker.get(AuditSealer).sealDue('test');

async function sealedChain(length: number): Promise<Scope> {
	const scope = await anOrganization();
	for (let n = 1; n <= length; n++) await record(scope, `p${n}`);
	expect(await seal()).toBe(length);
	return scope;
}
const verify = (scope: Scope, head?: ChainHead) => api.get(AuditVerifier).verify(scope, head);
const problems = async (scope: Scope, head?: ChainHead) =>
	(await verify(scope, head)).problems.map(({ kind, sequence }) => `${kind} ${sequence}`);
const list = async (scope: Scope, filter = {}) =>
	(await api.get(AuditLog).list(scope, filter, { limit: 100, after: undefined })).items;

describe('an event', () => {
	it('says who, what, from where and under which request, and is in its transaction', async () => {
		const organization = await anOrganization();
		const [userId, keyId] = [newId(), newId()];
		const scope: Scope = {
			...organization,
			actor: { kind: 'key', userId, keyId },
			origin: { ip: '192.0.2.7', userAgent: 'agent\u0000/1' },
		};
		await record(scope, 'one');
		const undone = api.get(UnitOfWork).run(scope, async (tenant) => {
			await api.get(AuditLog).record(tenant, { action: 'key.revoke', targetType: 'api_key', targetId: keyId });
			throw new Error('changed our mind');
		});
		await expect(undone).rejects.toThrow('changed our mind');
		expect(await list(scope)).toEqual([
			{
				id: expect.any(String),
				occurredAt: expect.any(Date),
				action: 'project.create',
				result: 'success',
				actorKind: 'key',
				actorId: keyId,
				userId,
				targetType: 'project',
				targetId: 'one',
				before: null,
				after: { name: 'one', big: 2 ** 53, nested: { b: 1, a: [null, 'ä'] } },
				ip: '192.0.2.7',
				userAgent: 'agent\uFFFD/1',
				requestId: 'request-1',
				sequence: null,
			},
		]);
		expect(await seal()).toBe(1);
		expect(await list(scope)).toMatchObject([{ sequence: 1 }]);
	});

	it('is found by what it says, page by page, and by nobody else', async () => {
		const scope = await sealedChain(5);
		const first = await api.get(AuditLog).list(scope, { action: 'project.create' }, { limit: 2, after: undefined });
		expect(first.items.map(({ targetId }) => targetId)).toEqual(['p5', 'p4']);
		const rest = await api.get(AuditLog).list(scope, {}, { limit: 3, after: first.next ?? undefined });
		expect([rest.items.map(({ targetId }) => targetId), rest.next]).toEqual([['p3', 'p2', 'p1'], null]);
		expect(await list(scope, { targetId: 'p3', actorId: 'test', result: 'success' })).toHaveLength(1);
		expect(await list(scope, { to: new Date(0) })).toEqual([]);
		expect(await list(scope, { action: 'key.create' })).toEqual([]);
		expect(await list(await anOrganization())).toEqual([]);
	});
});

describe('the chain', () => {
	it('is whole when nobody touched it, and goes on where it ended', async () => {
		const scope = await sealedChain(3);
		const { head } = await verify(scope);
		await record(scope, 'later');
		expect(await verify(scope)).toMatchObject({ sealed: 3, waiting: 1, head, problems: [] });
		expect(await seal()).toBe(1);
		expect(await verify(scope, head)).toMatchObject({ sealed: 4, waiting: 0, head: { sequence: 4 }, problems: [] });
	});

	it('is sealed once by many workers at the same time', async () => {
		const scope = await anOrganization();
		await Promise.all(Array.from({ length: 40 }, (_, n) => record(scope, `p${n}`)));
		const counts = await Promise.all(Array.from({ length: 8 }, seal));
		expect(counts.reduce((sum, count) => sum + count)).toBe(40);
		expect(await verify(scope)).toMatchObject({ sealed: 40, waiting: 0, problems: [] });
	});

	/** What somebody with all rights in the database does to the third of five events, and what is said of it. */
	const id = '(SELECT event_id FROM audit_seals WHERE organization_id = $1 AND sequence = 3)';
	it.each([
		['changes what it says', `UPDATE audit_events SET action = 'key.create' WHERE id = ${id}`, 'changed 3'],
		[
			'changes when it was',
			`UPDATE audit_events SET occurred_at = occurred_at + interval '1 microsecond' WHERE id = ${id}`,
			'changed 3',
		],
		[
			'changes what was new',
			`UPDATE audit_events SET after = after || '{"big":9007199254740993}' WHERE id = ${id}`,
			'changed 3',
		],
		['changes who it was', `UPDATE audit_events SET actor_id = 'other' WHERE id = ${id}`, 'changed 3'],
		['removes it', `DELETE FROM audit_events WHERE id = ${id}`, 'removed 3'],
		[
			'removes it with its seal',
			`WITH gone AS (DELETE FROM audit_seals WHERE organization_id = $1 AND sequence = 3 RETURNING event_id)
			DELETE FROM audit_events e USING gone WHERE e.id = gone.event_id`,
			'removed 3',
		],
		[
			'removes its seal',
			'DELETE FROM audit_seals WHERE organization_id = $1 AND sequence = 3',
			'removed 3,inserted null',
		],
		[
			'puts it in the place of another',
			`UPDATE audit_seals a SET event_id = b.event_id FROM audit_seals b
			WHERE a.organization_id = $1 AND b.organization_id = $1 AND a.sequence + b.sequence = 7 AND a.sequence IN (3, 4)`,
			'changed 3,changed 4',
		],
		[
			'adds another',
			`INSERT INTO audit_events (organization_id, id, action, result, actor_kind, actor_id, target_type, request_id)
			VALUES ($1, gen_random_uuid(), 'key.create', 'success', 'system', 'x', 'api_key', 'r')`,
			'inserted null',
		],
	])('tells when somebody %s', async (_what, sql, expected) => {
		const scope = await sealedChain(5);
		if (sql.includes('a.sequence + b.sequence'))
			await asOwner('ALTER TABLE audit_seals DROP CONSTRAINT IF EXISTS audit_seals_organization_id_event_id_key');
		const isNamed = sql.includes('$1');
		await asOwner(sql, isNamed ? [scope.organizationId] : []);
		expect((await problems(scope)).join()).toBe(expected);
	});

	it('tells of a removed end by the head that was noted', async () => {
		const scope = await sealedChain(5);
		const { head } = await verify(scope);
		await asOwner('DELETE FROM audit_seals WHERE organization_id = $1 AND sequence = 5', [scope.organizationId]);
		await asOwner(`DELETE FROM audit_events WHERE organization_id = $1 AND target_id = 'p5'`, [scope.organizationId]);
		expect(await problems(scope)).toEqual([]);
		expect(await problems(scope, head)).toEqual(['head_differs 5']);
	});

	it('tells of an event that nobody sealed for a minute', async () => {
		const scope = await anOrganization();
		await record(scope, 'old');
		await asOwner(`UPDATE audit_events SET occurred_at = now() - interval '2 minutes' WHERE organization_id = $1`, [
			scope.organizationId,
		]);
		expect(await problems(scope)).toEqual(['unsealed null']);
		await seal();
	});
});

it.each(['DATABASE_URL', 'DATABASE_WORKER_URL'])('takes no change and no removal through %s', async (variable) => {
	const scope = await sealedChain(1);
	const client = new Client(process.env[variable]);
	await client.connect();
	await client.query(`SELECT set_config('app.organization_id', $1, false)`, [scope.organizationId]);
	for (const table of ['audit_events', 'audit_seals'])
		for (const sql of [
			`UPDATE ${table} SET organization_id = organization_id`,
			`DELETE FROM ${table}`,
			`TRUNCATE ${table}`,
		])
			await expect(client.query(sql)).rejects.toMatchObject({ code: '42501' });
	await client.end();
});
