import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { JobBus, rebuildUsage } from '#libs/jobs';
import { newId, systemScope } from '#libs/kernel';
import { asOwner, freshDatabase, testEnvironment } from '#libs/testing';
import { aWorker } from '../../worker/test/support/start.js';
import { runCli } from '../src/run-cli.js';

const environment = testEnvironment();
const organization = newId();
const payload = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' };
let worker: INestApplicationContext;

async function cli(line: string): Promise<{ code: number; out: string; err: string }> {
	const [out, err]: string[][] = [[], []];
	const code = await runCli(line.split(' '), {
		environment,
		out: (text) => void out?.push(text),
		err: (text) => void err?.push(text),
	});
	return { code, out: out?.join('') ?? '', err: err?.join('') ?? '' };
}

beforeAll(async () => {
	await freshDatabase();
	await asOwner(`INSERT INTO organizations (id, slug, name) VALUES ($1, 'default', 'Default')`, [organization]);
	worker = await aWorker();
});
afterAll(() => worker?.close());

const aJob = (): Promise<string> =>
	worker
		.get(UnitOfWork)
		.run(systemScope(organization, 'test', 'test'), (tenant) => worker.get(JobBus).put(tenant, rebuildUsage, payload));
const becomes = (id: string, status: string, error: string | null, daysAgo = 0) =>
	asOwner(
		`UPDATE outbox SET status = $2, error = $3, deliveries = 5, finished_at = now() - make_interval(days => $4) WHERE id = $1`,
		[id, status, error, daysAgo],
	);

describe('jobs', () => {
	it('that were given up are listed with the reason, and tried again', async () => {
		const [first, second] = [await aJob(), await aJob()];
		for (const id of [first, second]) await becomes(id, 'failed', 'no room\non the disk');
		await becomes(await aJob(), 'done', null);
		expect((await cli('jobs list --state failed')).out).toMatch(
			new RegExp(`^ID .*\n${second} +usage\\.rebuild +failed +5 +\\S+ +no room\n${first} .*\n$`),
		);
		expect(await cli(`jobs show ${first} --json`)).toMatchObject({ code: 0, out: expect.stringContaining('no room') });
		expect(await cli(`jobs retry ${first}`)).toEqual({ code: 0, out: '1 jobs are tried again\n', err: '' });
		expect(await asOwner(`SELECT status, error, finished_at FROM outbox WHERE id = $1`, [first])).toEqual([
			{ status: 'pending', error: null, finished_at: null },
		]);
		expect(await cli(`jobs retry ${first}`)).toMatchObject({ code: 5, err: expect.stringContaining('is pending') });
		expect((await cli('jobs retry --all')).out).toBe('1 jobs are tried again\n');
		expect((await cli('jobs list --state failed --json')).out).toBe('{"items":[]}\n');
	});

	it('that wait are offered at once', async () => {
		const id = await aJob();
		await asOwner(`UPDATE outbox SET deliver_at = now() + interval '1 hour' WHERE id = $1`, [id]);
		expect((await cli(`jobs promote ${id}`)).out).toBe(`${id} (usage.rebuild) is offered now\n`);
		const [row] = await asOwner<{ due: boolean }>('SELECT deliver_at <= now() AS due FROM outbox WHERE id = $1', [id]);
		expect(row?.due).toBe(true);
		await becomes(id, 'done', null);
		expect(await cli(`jobs promote ${id}`)).toMatchObject({ code: 5, err: expect.stringContaining('is done') });
	});

	it('that are over are forgotten when they are old', async () => {
		await asOwner('DELETE FROM outbox');
		const [old, fresh, failed] = [await aJob(), await aJob(), await aJob()];
		await becomes(old, 'done', null, 31);
		await becomes(fresh, 'done', null, 1);
		await becomes(failed, 'failed', 'x', 31);
		expect((await cli('jobs clean')).out).toBe('1 jobs are forgotten\n');
		expect((await cli('jobs clean --state failed --days 30')).out).toBe('1 jobs are forgotten\n');
		expect(await asOwner('SELECT id FROM outbox')).toEqual([{ id: fresh }]);
	});

	it('of nobody, and options that make no sense, are said to be so', async () => {
		expect(await cli(`jobs show ${newId()}`)).toMatchObject({ code: 4 });
		for (const line of ['jobs list --state odd', 'jobs list --limit 0', 'jobs clean --state pending', 'jobs retry'])
			expect(await cli(line)).toMatchObject({ code: 2 });
	});
});
