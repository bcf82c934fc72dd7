import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asOwner, freshDatabase, type MockUpstream, startMockUpstream, testEnvironment } from '#libs/testing';
import { newId } from '#libs/kernel';
import { runCli } from '../src/run-cli.js';

const KEY = 'sk-for-the-command-line-9876';
const environment = testEnvironment({ EGRESS_ALLOW: '127.0.0.1' });
const keyFile = join(mkdtempSync(join(tmpdir(), 'parallama-cli-')), 'key');
let upstream: MockUpstream;

async function cli(line: string): Promise<{ code: number; out: string; err: string }> {
	const [out, err]: string[][] = [[], []];
	const code = await runCli(line.split(' '), {
		environment,
		out: (text) => void out?.push(text),
		err: (text) => void err?.push(text),
	});
	return { code, out: out?.join('') ?? '', err: err?.join('') ?? '' };
}
const json = async <T>(line: string): Promise<T> => {
	const { out, err } = await cli(`${line} --json`);
	if (err !== '') throw new Error(err);
	return JSON.parse(out) as T;
};

beforeAll(async () => {
	await freshDatabase();
	await asOwner(`INSERT INTO organizations (id, slug, name) VALUES ($1, 'default', 'Default')`, [newId()]);
	upstream = await startMockUpstream({ models: ['m', 'n'], apiKey: KEY });
	writeFileSync(keyFile, `${KEY}\n`);
});
afterAll(() => upstream?.close());

describe('providers, models and aliases', () => {
	it('are made, tested, listed, switched and removed', async () => {
		const create = `provider create --name vllm --kind openai-compatible --url ${upstream.url}/v1/`;
		const made = await cli(`${create} --api-key-file ${keyFile} --json`);
		expect(made).toMatchObject({ code: 0, err: '' });
		expect(JSON.parse(made.out)).toMatchObject({
			name: 'vllm',
			baseUrl: `${upstream.url}/v1`,
			credentialLast4: '9876',
		});
		expect(await json('provider test vllm')).toMatchObject({ code: 'ok', modelCount: 2 });
		expect(await cli(`provider credential vllm --api-key-file ${keyFile} --label spare`)).toMatchObject({ code: 0 });
		expect((await cli('provider list')).out).toMatch(/vllm +openai-compatible +\S+ +yes +no +2\n/);
		expect(await json('model refresh')).toMatchObject({ providers: [{ name: 'vllm', isUp: true, modelCount: 2 }] });
		expect((await json<{ items: { id: string }[] }>('model list')).items.map(({ id }) => id)).toEqual(['m', 'n']);
		expect((await cli('model list')).out).toMatch(/^MODEL .*\nm +model +vllm +yes /);
	});

	it('are renamed and moved, the latter with their credential', async () => {
		const url = `--url ${upstream.url}`;
		await json(`provider create --name old --kind openai-compatible ${url}/v1 --api-key-file ${keyFile}`);
		expect(await cli(`provider update old ${url}/v2`)).toMatchObject({
			code: 2,
			err: expect.stringContaining('credential'),
		});
		expect(await json(`provider update old --name new ${url}/v2 --api-key-file ${keyFile}`)).toMatchObject({
			name: 'new',
			baseUrl: `${upstream.url}/v2`,
		});
		expect(await cli('provider update new')).toMatchObject({
			code: 2,
			err: expect.stringContaining('Nothing to change'),
		});
		expect(await cli('provider delete new')).toMatchObject({ code: 0 });
	});

	it('lead names to models, and keep their providers', async () => {
		expect(await json('alias set fast --target vllm/m=3 --target vllm/n --policy weighted')).toMatchObject({
			policy: 'weighted',
			targets: [
				{ model: 'm', weight: 3 },
				{ model: 'n', weight: 1 },
			],
		});
		expect(await json('alias set fast --target vllm/n')).toMatchObject({
			policy: 'weighted',
			targets: [{ model: 'n' }],
		});
		expect((await cli('alias list')).out).toMatch(/fast +weighted +yes +n\n/);
		expect(await cli('provider delete vllm')).toMatchObject({ code: 5, err: expect.stringContaining('fast') });
		expect(await cli('alias delete fast')).toMatchObject({ code: 0 });
		expect(await cli('alias delete fast')).toMatchObject({ code: 4 });
		expect(await cli('provider disable vllm')).toMatchObject({ code: 0 });
		expect((await cli('provider list')).out).toMatch(/vllm .* no +no +2\n/);
		expect(await cli('provider enable vllm')).toMatchObject({ code: 0 });
		expect(await cli('provider delete vllm')).toMatchObject({ code: 0 });
		expect(await cli('provider test vllm')).toMatchObject({ code: 4 });
	});

	it.each([
		'provider create --name x --kind echo --url http://127.0.0.1',
		'provider create --name a/b --kind openai --url http://127.0.0.1',
		'provider create --name x --kind openai --url ftp://127.0.0.1',
		'provider create --name x --kind openai --url http://127.0.0.1 --api-key-file /nowhere/key',
		'provider create --name x --kind openai --url http://10.0.0.1',
		'provider credential x',
		'alias set fast',
		'alias set fast --target vllm',
		'alias set fast --target vllm/m --policy random',
	])('refuse "%s" with exit code 2', async (line) => {
		expect(await cli(line)).toMatchObject({ code: 2, out: '' });
	});
});
