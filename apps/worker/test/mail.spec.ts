import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { OutboxRepository, sendMail } from '#libs/jobs';
import { systemScope } from '#libs/kernel';
import { MailDelivery, MailOutboxService, MailsService } from '#libs/notifications';
import { asOwner, eventually, freshDatabase, MailServer } from '#libs/testing';
import { OutboxRelay } from '../src/relay/outbox-relay.js';
import { HandlerRegistry, type Registered } from '../src/runner/handler-registry.js';
import { JobProcessor } from '../src/runner/job-processor.js';
import { JobRunner } from '../src/runner/job-runner.js';
import { messageOf } from '../src/runner/job-message.js';
import { drain } from '../src/run-worker.js';
import { anOrganization, aWorker } from './support/start.js';

const code = 'c0de-of-the-mail-c0de-of-the-mail';
const recipient = 'jane@example.com';

let worker: INestApplicationContext;
let smtp: MailServer;
let organization: string;

beforeAll(async () => {
	await freshDatabase();
	smtp = await MailServer.start();
});
beforeEach(async () => {
	organization = await anOrganization();
	await asOwner('DELETE FROM outbox'); // what the test before left undone
	smtp.received.length = 0;
});
afterEach(() => drain(worker, 5_000));
afterAll(() => smtp.stop());

const scope = () => systemScope(organization, 'test', 'test');
const write = () =>
	worker
		.get(UnitOfWork)
		.run(scope(), (tenant) => worker.get(MailsService).write(tenant, recipient, 'reset-password', { code }));
const rowOf = async (id: string) =>
	(await asOwner<{ status: string; content_sealed: string | null }>('SELECT * FROM mails WHERE id = $1', [id]))[0];
const closed = (id: string) =>
	eventually(async () => {
		const row = await rowOf(id);
		return row?.status === 'pending' ? undefined : row;
	});

async function aRunningWorker(settings: Record<string, string>): Promise<void> {
	worker = await aWorker(settings);
	worker.get(JobRunner).start();
	worker.get(OutboxRelay).start();
}

describe('with a mail server', () => {
	const settings = () => ({ SMTP_URL: smtp.url, MAIL_FROM: 'Gateway <gateway@example.org>' });

	it('sends text and HTML, once the transaction is committed, and forgets what the mail said', async () => {
		await aRunningWorker(settings());
		const undone = worker.get(UnitOfWork).run(scope(), async (tenant) => {
			await worker.get(MailsService).write(tenant, 'never@example.com', 'address-taken', {});
			throw new Error('changed our mind');
		});
		await expect(undone).rejects.toThrow('changed our mind');
		const id = await write();
		expect(await closed(id)).toMatchObject({ status: 'sent', content_sealed: null });
		expect(smtp.received).toHaveLength(1);
		expect(smtp.to(recipient)).toMatchObject({
			from: 'gateway@example.org',
			parsed: {
				messageId: `<${id}@example.org>`,
				subject: 'Reset your password',
				from: { value: [{ name: 'Gateway', address: 'gateway@example.org' }] },
				text: expect.stringContaining(code),
				html: expect.stringContaining(`<code>${code}</code>`),
			},
		});
	});

	it('keeps what a mail says encrypted at rest, and out of the job', async () => {
		worker = await aWorker(settings());
		const id = await write();
		const rows = await asOwner<{ all: string }>(
			`SELECT m::text AS all FROM mails m WHERE id = $1 UNION ALL SELECT o::text FROM outbox o WHERE organization_id = $2`,
			[id, organization],
		);
		expect(rows).toHaveLength(2);
		for (const { all } of rows) expect(all).not.toMatch(new RegExp(`${code}|Reset your`));
	});

	it('tries again after a busy server and a lost answer, with the same id of the mail', async () => {
		worker = await aWorker(settings());
		const id = await write();
		smtp.faults.push('busy', 'lose-answer');
		const deliver = () => worker.get(MailDelivery).deliver(scope(), id);
		await expect(deliver()).rejects.toMatchObject({ fault: 'unavailable', code: 'mail_unavailable' });
		await expect(deliver()).rejects.toMatchObject({ fault: 'unavailable' });
		await deliver();
		await deliver();
		expect(smtp.received.map(({ parsed }) => parsed.messageId)).toEqual([`<${id}@example.org>`, `<${id}@example.org>`]);
		expect(await rowOf(id)).toMatchObject({ status: 'sent' });
	});

	it('gives up what the server refuses', async () => {
		await aRunningWorker(settings());
		smtp.faults.push('refuse');
		const id = await write();
		expect(await closed(id)).toMatchObject({ status: 'refused', content_sealed: null });
		const state = () =>
			asOwner<{ status: string }>('SELECT status FROM outbox WHERE organization_id = $1', [organization]);
		await eventually(async () => ((await state())[0]?.status === 'failed' ? true : undefined));
		expect(smtp.received).toEqual([]);
	});

	it('calls a wrong login or an absent server a passing trouble', async () => {
		for (const url of [smtp.url.replace('mail-password', 'wrong'), 'smtp://127.0.0.1:1']) {
			worker = await aWorker({ ...settings(), SMTP_URL: url });
			const id = await write();
			await expect(worker.get(MailDelivery).deliver(scope(), id)).rejects.toMatchObject({ code: 'mail_unavailable' });
			expect(await rowOf(id)).toMatchObject({ status: 'pending' });
			if (url.includes('wrong')) await drain(worker, 1_000);
		}
	});

	it('sends one mail for many deliveries of its job', async () => {
		worker = await aWorker(settings());
		const id = await write();
		const [claimed] = await worker.get(OutboxRepository).claim(10, 60_000);
		const registered = worker.get(HandlerRegistry).load().get(sendMail.name) as Registered;
		for (let n = 0; n < 5; n++)
			await worker.get(JobProcessor).process(registered, claimed?.id ?? '', claimed && messageOf(claimed));
		expect(smtp.received).toHaveLength(1);
		expect(await rowOf(id)).toMatchObject({ status: 'sent' });
	});
});

describe('without a mail server', () => {
	it('keeps mails for operators, encrypted, for two weeks', async () => {
		await aRunningWorker({});
		const id = await write();
		expect(await closed(id)).toMatchObject({ status: 'kept' });
		expect((await rowOf(id))?.content_sealed).not.toContain(code);
		await worker.get(MailDelivery).purge(scope());
		expect(await rowOf(id)).toBeDefined();
		await asOwner(`UPDATE mails SET created_at = now() - interval '15 days' WHERE id = $1`, [id]);
		expect(await worker.get(MailDelivery).purge(scope())).toBe(1);
		expect(await rowOf(id)).toBeUndefined();
	});

	it('shows the worker no mail of another organization', async () => {
		worker = await aWorker();
		const id = await write();
		await worker.get(MailDelivery).deliver(systemScope(await anOrganization(), 'test', 'test'), id);
		expect(await rowOf(id)).toMatchObject({ status: 'pending' });
		await expect(worker.get(MailOutboxService).list(scope(), { limit: 1, after: undefined })).rejects.toThrow(
			'permission denied',
		);
	});
});
