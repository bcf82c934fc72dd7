import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { AccountRequestAnswers, RoleNotices, SessionPurge } from '#libs/identity';
import { answerAccountRequest, JobBus, OutboxRepository } from '#libs/jobs';
import { newId, SYSTEM_ORGANIZATION_ID, systemScope } from '#libs/kernel';
import { asOwner, freshDatabase } from '#libs/testing';
import { messageOf } from '../src/runner/job-message.js';
import { JobProcessor } from '../src/runner/job-processor.js';
import { HandlerRegistry, type Registered } from '../src/runner/handler-registry.js';
import { anOrganization, aWorker } from './support/start.js';

let worker: INestApplicationContext;
let organization: string;
const userId = newId();

beforeAll(async () => {
	await freshDatabase();
	worker = await aWorker();
	organization = await anOrganization();
	await asOwner(`INSERT INTO users (id, email, name) VALUES ($1, 'jane@example.com', 'Jane')`, [userId]);
	await asOwner('INSERT INTO memberships (organization_id, id, user_id) VALUES ($1, $2, $3)', [
		organization,
		newId(),
		userId,
	]);
});
afterAll(() => worker.close());

const system = () => systemScope(SYSTEM_ORGANIZATION_ID, 'test', 'test');

async function aRequest(kind: string, email: string): Promise<string> {
	const id = newId();
	await asOwner(
		`INSERT INTO account_requests (organization_id, id, kind, email, expires_at) VALUES ($1, $2, $3, $4, now() + interval '1 hour')`,
		[SYSTEM_ORGANIZATION_ID, id, kind, email],
	);
	return id;
}
const mailsTo = (email: string) => asOwner<{ kind: string }>('SELECT kind FROM mails WHERE recipient = $1', [email]);

it('answers a request once, however often its job is delivered', async () => {
	const requestId = await aRequest('reset-password', 'JANE@example.com');
	await worker
		.get(UnitOfWork)
		.run(system(), (tenant) => worker.get(JobBus).put(tenant, answerAccountRequest, { requestId }));
	const [claimed] = await worker.get(OutboxRepository).claim(10, 60_000);
	const registered = worker.get(HandlerRegistry).load().get(answerAccountRequest.name) as Registered;
	const deliver = () => worker.get(JobProcessor).process(registered, claimed?.id ?? '', claimed && messageOf(claimed));
	await Promise.all(Array.from({ length: 5 }, deliver));
	await deliver();
	expect(await mailsTo('jane@example.com')).toEqual([{ kind: 'reset-password' }]);
});

it('writes to nobody who has no account, is disabled, or is no person', async () => {
	await asOwner(`INSERT INTO users (id, email, name, status) VALUES ($1, 'off@example.com', 'Off', 'disabled')`, [
		newId(),
	]);
	await asOwner(`INSERT INTO users (id, email, name, kind) VALUES ($1, 'robot@example.com', 'Robot', 'service')`, [
		newId(),
	]);
	for (const email of ['nobody@example.com', 'off@example.com', 'robot@example.com']) {
		const id = await aRequest('reset-password', email);
		await worker.get(AccountRequestAnswers, { strict: false }).answer(system(), id, () => Promise.resolve(true));
		expect(await mailsTo(email)).toEqual([]);
		expect(await asOwner('SELECT token_hash, user_id FROM account_requests WHERE id = $1', [id])).toEqual([
			{ token_hash: null, user_id: null },
		]);
	}
});

it('deletes sessions, refresh tokens and requests a month after they are over, of every organization', async () => {
	const other = await anOrganization();
	await asOwner('INSERT INTO memberships (organization_id, id, user_id) VALUES ($1, $2, $3)', [other, newId(), userId]);
	const session = async (in_: string, expires: string, revoked: string | null) => {
		const id = newId();
		await asOwner(
			`INSERT INTO sessions (organization_id, id, user_id, expires_at, revoked_at)
			VALUES ($1, $2, $3, now() + $4::interval, now() + $5::interval)`,
			[in_, id, userId, expires, revoked],
		);
		await asOwner(
			`INSERT INTO refresh_tokens (organization_id, id, user_id, session_id, token_hash, expires_at)
			VALUES ($1, $2, $3, $4, sha256($5::bytea), now() + $6::interval)`,
			[in_, newId(), userId, id, id, expires],
		);
		return id;
	};
	const gone = [await session(organization, '-31 days', null), await session(other, '60 days', '-31 days')];
	const kept = [await session(organization, '1 day', null), await session(other, '-29 days', '-29 days')];
	await asOwner(`UPDATE account_requests SET expires_at = now() - interval '31 days'`);
	expect(await worker.get(SessionPurge, { strict: false }).purge()).toBe(2);
	expect(await worker.get(SessionPurge, { strict: false }).purge()).toBe(0);
	const left = await asOwner<{ id: string }>('SELECT id FROM sessions WHERE id = ANY ($1) ORDER BY id', [
		[...gone, ...kept],
	]);
	expect(left.map(({ id }) => id)).toEqual(kept.toSorted());
	expect(await asOwner('SELECT 1 FROM refresh_tokens WHERE session_id = ANY ($1)', [gone])).toEqual([]);
	expect(await asOwner('SELECT 1 FROM account_requests')).toEqual([]);
});

it('tells people once that a role of theirs ends in three days', async () => {
	const SYSTEM = SYSTEM_ORGANIZATION_ID;
	const assign = (role: number, days: number) =>
		asOwner(
			`INSERT INTO user_roles (organization_id, id, user_id, role_organization_id, role_id, expires_at)
			VALUES ($1, $2, $3, $4, $5, now() + make_interval(days => $6))`,
			[organization, newId(), userId, SYSTEM, `00000000-0000-7000-8000-000000000${role}`, days],
		);
	await assign(103, 2);
	await assign(104, 4);
	const notices = worker.get(RoleNotices, { strict: false });
	expect(await notices.tell('test')).toBe(1);
	expect(await notices.tell('test')).toBe(0);
	const mails = await mailsTo('jane@example.com');
	expect(mails.filter(({ kind }) => kind === 'role-expiring')).toHaveLength(1);
});
