import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { bootstrap, generateSecrets } from '#libs/installation';
import { asOwner, eventually, freshDatabase, testConfig } from '#libs/testing';
import { startApi, type TestApi } from '../../apps/api/test/support/start-api.js';

const IMAGES = resolve(import.meta.dirname, '../../docs/images');
const { BOOTSTRAP_ADMIN_EMAIL, BOOTSTRAP_ADMIN_PASSWORD, BOOTSTRAP_API_KEY } = generateSecrets();
const LONG_MS = 90_000;
/** The echo model says a word every so many milliseconds: time to press a button. */
const SLOW = Array.from({ length: 250 }, (_, n) => `word${n}`).join(' ');

describe('the chat page, in a browser', () => {
	let api: TestApi;
	let browser: Browser;
	let page: Page;
	let folder: string;
	const asked = new Set<string>();
	const problems: string[] = [];

	beforeAll(async () => {
		await freshDatabase();
		await bootstrap(testConfig('api', { BOOTSTRAP_ADMIN_EMAIL, BOOTSTRAP_ADMIN_PASSWORD, BOOTSTRAP_API_KEY }), {
			replaceRevokedKey: false,
		});
		api = await startApi({ ECHO_PROVIDER: 'on' });
		folder = mkdtempSync(join(tmpdir(), 'parallama-chat-page-'));
		browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
		page = await browser.newPage({ viewport: { width: 1_180, height: 760 } });
		page.on('request', (request) => asked.add(request.url()));
		page.on('pageerror', (error) => problems.push(error.message));
		page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
	}, LONG_MS);
	afterAll(async () => {
		await browser?.close();
		await api?.stop();
		rmSync(folder, { recursive: true, force: true });
	});

	const answers = () => page.locator('#messages > li[data-role="assistant"]');
	const questions = () => page.locator('#messages > li[data-role="user"]');
	async function say(text: string): Promise<void> {
		await page.fill('#question', text);
		await page.press('#question', 'Enter');
	}
	const isQuiet = () => page.waitForSelector('#send:not([hidden])');
	const coming = () => page.waitForSelector('#messages > li.is-coming >> text=word3');
	async function picture(name: string): Promise<void> {
		const path = join(folder, name);
		await page.screenshot({ path });
		expect((await readFile(path)).subarray(1, 4).toString()).toBe('PNG');
		if (process.env['UPDATE_PICTURES'] === '1') copyFileSync(path, join(IMAGES, name));
	}

	it(
		'signs in, and says why not',
		async () => {
			await page.goto(`${api.url}/chat`);
			await page.fill('[name=email]', BOOTSTRAP_ADMIN_EMAIL);
			await page.fill('[name=password]', 'wrong password, wrong');
			await page.click('#sign-in button');
			await page.waitForSelector('#sign-in .problem:not(:empty)');
			problems.length = 0; // the browser reports the 401, too
			await page.fill('[name=password]', BOOTSTRAP_ADMIN_PASSWORD);
			await page.click('#sign-in button');
			await page.waitForSelector('#app:not([hidden])');
			await page.selectOption('#model', 'echo');
			expect(await page.locator('#problem').textContent()).toBe('');
		},
		LONG_MS,
	);

	it(
		'streams an answer, shows Markdown as such, and nothing of it runs',
		async () => {
			await say('A **bold** plan <img src="https://example.com/x.png" onerror="document.title=1"> with `code`');
			await answers().first().locator('strong', { hasText: 'bold' }).waitFor();
			await isQuiet();
			expect(await answers().first().locator('img').count()).toBe(0);
			expect(await answers().first().textContent()).toContain('<img src=');
			expect(await page.title()).toBe('Parallama');
			expect(await page.locator('#title').textContent()).toContain('bold');
			await picture('chat.png');
		},
		LONG_MS,
	);

	it(
		'goes on where it was after a reload in the middle of an answer',
		async () => {
			await say(SLOW);
			await coming();
			await page.reload();
			await page.waitForSelector('#messages > li.is-coming');
			await isQuiet();
			expect(await answers().last().textContent()).toContain('word249');
			expect(await answers().count()).toBe(2);
		},
		LONG_MS,
	);

	it(
		'stops an answer, and goes on with it',
		async () => {
			await say(SLOW);
			await coming();
			await page.click('#stop');
			await isQuiet();
			expect(await answers().last().textContent()).toContain('stopped');
			expect(await answers().last().textContent()).not.toContain('word249');
			await answers().last().getByTitle('Continue').click();
			await page.waitForSelector('#stop:not([hidden])');
			await isQuiet();
			expect(await answers().count()).toBe(3);
		},
		LONG_MS,
	);

	it(
		'answers anew, edits, and switches between branches',
		async () => {
			await page.click('#new');
			await say('first question');
			await isQuiet();
			await answers().first().getByTitle('Regenerate').click();
			await page.locator('.deeds span', { hasText: '2/2' }).waitFor();
			await answers().first().getByTitle('Branch before').click();
			await page.locator('.deeds span', { hasText: '1/2' }).waitFor();
			await questions().first().getByTitle('Edit').click();
			await page.fill('#messages textarea', 'second question');
			await page.click('#messages form button:has-text("Send")');
			await answers().first().getByText('second question').waitFor();
			await isQuiet();
			await questions().first().locator('.deeds span', { hasText: '2/2' }).waitFor();
			await picture('chat-branches.png');
			await questions().first().getByTitle('Branch before').click();
			await questions().first().getByText('first question').waitFor();
			expect(await answers().count()).toBe(1);
		},
		LONG_MS,
	);

	it(
		'finds what was said, and opens it',
		async () => {
			await page.fill('#search', 'bold plan');
			await page.locator('#list small', { hasText: 'bold' }).first().waitFor();
			await page.locator('#list button').first().click();
			await questions().first().getByText('plan').waitFor();
			expect(await page.locator('#title').textContent()).toContain('bold');
			await page.fill('#search', '');
		},
		LONG_MS,
	);

	it(
		'saves a conversation as a file, and deletes it',
		async () => {
			const [download] = await Promise.all([page.waitForEvent('download'), page.selectOption('#export', 'markdown')]);
			expect(download.suggestedFilename()).toMatch(/\.md$/);
			expect(await readFile(await download.path(), 'utf8')).toMatch(/^# .*\n\n## User\n/);
			await page.click('#remove');
			await page.locator('#title', { hasText: 'New chat' }).waitFor();
			const [gone] = await asOwner<{ n: string }>(
				'SELECT count(*) AS n FROM conversations WHERE deleted_at IS NOT NULL',
			);
			expect(gone?.n).toBe('1');
		},
		LONG_MS,
	);

	it(
		'signs out, and asked nobody but its own origin',
		async () => {
			await page.click('#sign-out');
			await page.waitForSelector('#sign-in:not([hidden])');
			await page.reload();
			await page.waitForSelector('#sign-in:not([hidden])');
			await eventually(async () => ((await page.locator('#app[hidden]').count()) === 1 ? true : undefined));
			const foreign = [...asked].filter((url) => !url.startsWith(`${api.url}/`) && !/^(?:blob|data):/.test(url));
			expect(foreign).toEqual([]);
			expect(problems.filter((problem) => !problem.includes('401'))).toEqual([]);
		},
		LONG_MS,
	);
});
