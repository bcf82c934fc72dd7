import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'parallama-chaos-'));
const results = join(folder, 'results.jsonl');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function chaos(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
	const child = spawn(process.execPath, ['tools/chaos/main.mjs', ...args, '--results', results], {
		cwd: ROOT,
		env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const said = { stdout: '', stderr: '' };
	child.stdout.on('data', (bytes) => (said.stdout += String(bytes)));
	child.stderr.on('data', (bytes) => (said.stderr += String(bytes)));
	return new Promise((resolve) => {
		child.once('close', (code) => resolve({ code, ...said }));
	});
}

describe('npm run chaos', () => {
	it('kills each of the four processes once under streams, and nothing is lost or counted twice', async () => {
		const { code, stdout, stderr } = await chaos(
			'F-01',
			'worker',
			'redis',
			'postgres',
			'--seeds',
			'1',
			'--calls',
			'40',
		);
		expect([code, stderr]).toEqual([0, expect.stringContaining('✓ postgres 1')]);
		expect(stdout).toMatch(/^lost 0 · duplicated 0 · unconfirmed \d+ \(≤ in flight \d+, cost 0\)$/m);
		const lines = readFileSync(results, 'utf8').trim().split('\n');
		expect(lines.map((line) => (JSON.parse(line) as { fault: string }).fault)).toEqual([
			'api',
			'worker',
			'redis',
			'postgres',
		]);
	}, 120_000);

	it('does not repeat what is done', async () => {
		const { code, stdout, stderr } = await chaos('api', '--seeds', '1', '--calls', '40');
		expect([code, stderr]).toEqual([0, '']);
		expect(stdout).toContain('| `kill -9` api | 1 (1 … 1) | 40 |');
	});

	it('says which faults there are', async () => {
		const { code, stderr } = await chaos('nothing');
		expect([code, stderr]).toEqual([1, expect.stringContaining('F-01, api')]);
	});
});
