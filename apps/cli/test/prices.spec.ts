import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#libs/kernel';
import { asOwner, freshDatabase, testEnvironment } from '#libs/testing';
import { runCli } from '../src/run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'prices-'));

async function cli(line: string): Promise<{ code: number; out: string; err: string }> {
	const [out, err]: string[][] = [[], []];
	const code = await runCli(line.split(' '), {
		environment: testEnvironment(),
		out: (text) => void out?.push(text),
		err: (text) => void err?.push(text),
	});
	return { code, out: out?.join('') ?? '', err: err?.join('') ?? '' };
}
function file(content: unknown): string {
	const path = join(folder, `${newId()}.json`);
	writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
	return path;
}
const local = {
	vendor: 'ollama',
	model: 'llama3*',
	validFrom: '2026-01-01T00:00:00Z',
	rates: { secondNanoUsd: '100000' },
	tiers: [],
};
const markUp = { vendor: 'openai', model: '*', validFrom: '2026-01-01T00:00:00Z', markUpBasisPoints: 1_500 };

beforeAll(async () => {
	await freshDatabase();
	await asOwner(`INSERT INTO organizations (id, slug, name) VALUES ($1, 'default', 'Default')`, [newId()]);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('prices', () => {
	it('are imported, all or none, and shown', async () => {
		expect((await cli(`prices import ${file([local, markUp])}`)).out).toBe('2 new, 0 changed, 0 as before\n');
		const changed = { ...local, rates: { secondNanoUsd: '200000' } };
		expect((await cli(`prices import ${file([changed, markUp])}`)).out).toBe('0 new, 1 changed, 1 as before\n');
		const half = [
			{ ...local, model: 'new' },
			{ ...local, model: 'wrong', rates: {} },
		];
		expect(await cli(`prices import ${file(half)}`)).toMatchObject({ code: 2, out: '' });
		const own = (await cli('prices list --table own')).out;
		expect(own).toMatch(/2026-01-01 +own +ollama +llama3\* +- +- +second 0\.0002 +-/);
		expect(own).toMatch(/2026-01-01 +own +openai +\* +- +- +- +15 %/);
		expect(own).not.toContain('new');
		const listed = (await cli('prices list --model gpt-4o --vendor openai --day 2026-01-31')).out;
		expect(listed).toMatch(/2024-10-02 +shipped +openai +gpt-4o +2\.50 +10\.00 +cacheRead 1\.25/);
		expect(listed).not.toContain('2024-05-13');
	});

	it('are set anew for a period that is over', async () => {
		const started = await cli('prices rerate --from 2026-01-01 --to 2026-02-01 --json');
		const { id } = JSON.parse(started.out) as { id: string };
		expect((await cli(`prices rerate --id ${id}`)).out).toContain(`${id} waits for the worker`);
		expect(await asOwner('SELECT job, payload FROM outbox')).toEqual([
			{ job: 'prices.rerate', payload: { reratingId: id } },
		]);
		const models = [{ model: 'm', calls: 2, corrected: 1, beforeNanoUsd: '1000000000', afterNanoUsd: '5' }];
		await asOwner('UPDATE price_reratings SET models = $1, finished_at = now()', [JSON.stringify(models)]);
		expect((await cli(`prices rerate --id ${id}`)).out).toMatch(/\nm +2 +1 +1\.00 +0\.000000005\n$/);
	});

	it.each([
		'prices import',
		'prices import /nowhere',
		`prices import ${file('{')}`,
		`prices import ${file([])}`,
		`prices import ${file([{ ...local, rates: { input: '1' } }])}`,
		`prices import ${file([{ ...local, validFrom: 'soon' }])}`,
		'prices list --day soon',
		'prices list --table mine',
		'prices rerate --from 2026-01-01',
		'prices rerate --from soon --to 2026-02-01',
		'prices rerate --from 2026-03-01 --to 2026-02-01',
		'prices rerate --id x',
	])('refuse "%s" with exit code 2', async (line) => {
		expect(await cli(line)).toMatchObject({ code: 2, out: '' });
	});
});
