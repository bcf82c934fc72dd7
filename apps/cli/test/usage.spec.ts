import { beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#libs/kernel';
import { asOwner, freshDatabase, testEnvironment } from '#libs/testing';
import { runCli } from '../src/run-cli.js';

async function cli(line: string): Promise<{ code: number; out: string; err: string }> {
	const [out, err]: string[][] = [[], []];
	const code = await runCli(line.split(' '), {
		environment: testEnvironment(),
		out: (text) => void out?.push(text),
		err: (text) => void err?.push(text),
	});
	return { code, out: out?.join('') ?? '', err: err?.join('') ?? '' };
}

const call = (organizationId: string, model: string, cost: number): object => ({
	occurred_on: '2026-01-10',
	event_id: newId(),
	organization_id: organizationId,
	occurred_at: '2026-01-10T12:00:00Z',
	dialect: 'openai',
	operation: 'chat',
	model,
	alias: model,
	status: 'ok',
	usage_source: 'provider',
	is_estimated: false,
	is_streamed: false,
	input_tokens: 7,
	cache_read_tokens: 1,
	cache_write_tokens: 0,
	output_tokens: 5,
	reasoning_tokens: 0,
	cost_nano_usd: cost,
	input_cost_nano_usd: cost,
	cache_read_cost_nano_usd: 0,
	cache_write_cost_nano_usd: 0,
	output_cost_nano_usd: 0,
	reasoning_cost_nano_usd: 0,
	attempts: 1,
});

const period = '--from 2026-01-01 --to 2026-02-01';

beforeAll(async () => {
	await freshDatabase();
	const [one, other] = [newId(), newId()];
	await asOwner(`INSERT INTO organizations (id, slug, name) VALUES ($1, 'one', 'One'), ($2, 'other', 'Other')`, [
		one,
		other,
	]);
	const rows = [call(one, '=m"1', 1_500_000_000), call(one, 'm2', 250_000_000), call(other, 'm3', 9)];
	await asOwner('SELECT append_usage($1::json)', [JSON.stringify(rows)]);
});

describe('usage', () => {
	it('is shown in all, of one organization', async () => {
		const { code, out } = await cli(`usage show ${period} --organization one`);
		expect(code).toBe(0);
		expect(out).toMatch(/^calls +2$/m);
		expect(out).toMatch(/^input tokens +16$/m);
		expect(out).toMatch(/^usd +1\.75$/m);
	});

	it('is reported by dimensions, the most first', async () => {
		const { out } = await cli(`usage report --by model,status ${period} --organization one`);
		expect(out.split('\n').map((line) => line.trim().split(/ {2,}/))).toEqual([
			['MODEL', 'STATUS', 'CALLS', 'ERRORS', 'INPUT', 'OUTPUT', 'USD'],
			['=m"1', 'ok', '1', '0', '8', '5', '1.50'],
			['m2', 'ok', '1', '0', '8', '5', '0.25'],
			[''],
		]);
	});

	it('is exported as CSV that no spreadsheet calculates, or as lines of JSON', async () => {
		const { out } = await cli(`usage export --by model ${period} --organization one`);
		expect(out).toBe(
			'model,calls,errors,inputTokens,cacheReadTokens,cacheWriteTokens,outputTokens,reasoningTokens,costNanoUsd\r\n' +
				'"\'=m""1",1,0,7,1,0,5,0,1500000000\r\nm2,1,0,7,1,0,5,0,250000000\r\n',
		);
		const json = await cli(`usage export --json --by model ${period} --organization one`);
		const lines = json.out.trim().split('\n');
		expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
			{ group: ['=m"1'], calls: 1 },
			{ group: ['m2'] },
		]);
	});

	it.each([
		['usage report --by color', '--by must be one or two of'],
		['usage show --from yesterday', '--from must be a day'],
		['usage report --order beauty', '--order must be one of'],
	])('refuses %s', async (line, reason) => {
		const { code, err } = await cli(line);
		expect(code).toBe(2);
		expect(err).toContain(reason);
	});
});
