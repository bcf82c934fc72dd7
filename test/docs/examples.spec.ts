import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDatabase, testConfig } from '#libs/testing';
import { startApi, type TestApi } from '../../apps/api/test/support/start-api.js';
import { addTenant } from '../../apps/api/test/support/tenants.js';
import { type Block, blocksOf, pages, ROOT } from './pages.js';

/**
 * Blocks that begin with ```bash runnable or ```js runnable are executed as they stand, with $URL, $KEY, $EMAIL and
 * $PASSWORD set. A block marked `answer` right behind one shows what it prints; `…` stands for anything.
 */
const examples = pages().flatMap((page) =>
	blocksOf(page)
		.filter(({ words }) => words.includes('runnable'))
		.map((block) => ({ name: `${page.path}:${block.line}`, block })),
);

const EMAIL = 'reader@example.test';
const PASSWORD = 'seven quiet lighthouses';
let api: TestApi;
let environment: Record<string, string>;

beforeAll(async () => {
	await freshDatabase();
	api = await startApi({ ECHO_PROVIDER: 'on' });
	const { key } = await addTenant(testConfig('api'));
	const created = await fetch(`${api.url}/api/v1/users`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', 'x-api-key': key },
		body: JSON.stringify({ email: EMAIL, name: 'A reader', password: PASSWORD, role: 'admin' }),
	});
	if (created.status !== 201) throw new Error(`no reader: ${await created.text()}`);
	environment = { PATH: process.env.PATH ?? '', URL: api.url, KEY: key, EMAIL, PASSWORD };
});
afterAll(() => api?.stop());

interface Outcome {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

function run(command: string, args: readonly string[], input: string): Promise<Outcome> {
	const child = spawn(command, args, { env: environment, cwd: join(ROOT, 'test/clients') });
	const said = { stdout: '', stderr: '' };
	child.stdout.on('data', (data: Buffer) => (said.stdout += data.toString()));
	child.stderr.on('data', (data: Buffer) => (said.stderr += data.toString()));
	child.stdin.end(input);
	return new Promise((resolve, reject) => {
		child.once('error', reject);
		child.once('close', (code) => resolve({ code, ...said }));
	});
}

/** An HTTP error fails an example, without every example saying so to its readers. */
const strictCurl = 'curl() { command curl --fail-with-body --silent --show-error "$@"; }\n';

function execute({ words, text }: Block): Promise<Outcome> {
	if (words[0] === 'bash') return run('bash', ['-euo', 'pipefail', '-s'], strictCurl + text);
	// test/clients has two majors of these, by these names
	const installed = text.replace("from 'openai'", "from 'openai7'").replace("'@anthropic-ai/sdk'", "'anthropic1'");
	return run(process.execPath, ['--input-type=module', '-'], installed);
}

/** `…` is anything; white space at the ends and between lines does not count. */
const patternOf = (answer: string): RegExp => {
	const escaped = answer.trim().replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
	return new RegExp(`^${escaped.replaceAll(/\s*\n\s*/g, String.raw`\s*`).replaceAll('…', String.raw`[\s\S]*?`)}$`);
};

describe('examples of the documentation', () => {
	it('are there', () => {
		expect(examples.length).toBeGreaterThan(10);
	});

	it.each(examples)('$name', async ({ block }) => {
		const { code, stdout, stderr } = await execute(block);
		expect({ code, stderr, ...(code === 0 ? {} : { stdout }) }).toMatchObject({ code: 0 });
		const answer = block.next?.words.includes('answer') === true ? block.next.text : undefined;
		if (answer !== undefined) expect(stdout.trim()).toMatch(patternOf(answer));
	});
});
