import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDatabase } from '#libs/testing';
import { startApi, type TestApi } from '../../apps/api/test/support/start-api.js';

const PICTURE = resolve(import.meta.dirname, '../../docs/images/api-reference.png');

/** Debian's Chromium, which really asks for what a page needs, and writes down every request. */
class Browser {
	private readonly dir = mkdtempSync(join(tmpdir(), 'parallama-browser-'));

	/** What the page at `url` has become after its scripts have run, and the URLs it asked for. */
	async open(url: string, picture: string): Promise<{ readonly html: string; readonly asked: readonly string[] }> {
		const log = join(this.dir, 'net-log.json');
		const run = async (...what: string[]): Promise<string> => {
			const { stdout } = await promisify(execFile)(
				'chromium',
				[
					'--headless=new',
					'--no-sandbox',
					'--disable-gpu',
					'--disable-background-networking',
					'--disable-component-update',
					'--no-first-run',
					`--user-data-dir=${join(this.dir, 'profile')}`,
					`--log-net-log=${log}`,
					'--window-size=1280,1400',
					'--virtual-time-budget=15000',
					...what,
					url,
				],
				{ encoding: 'utf8', timeout: 60_000, maxBuffer: 64 * 1_048_576 },
			);
			return stdout;
		};
		const html = await run('--dump-dom');
		const asked = requestsIn(readFileSync(log, 'utf8'));
		await run(`--screenshot=${picture}`);
		return { html, asked };
	}

	close(): void {
		rmSync(this.dir, { recursive: true, force: true });
	}
}

/** Requests that pages made, by the site that they belong to: those of the browser for itself are not theirs. */
function requestsIn(log: string): readonly string[] {
	const found = [...log.matchAll(/"network_isolation_key":"([^"]*)".{0,400}?"url":"([^"]+)"/g)];
	return [
		...new Set(found.filter(([, site = '']) => site.startsWith('http://127.0.0.1')).map(([, , url = '']) => url)),
	];
}

describe('the rendered reference, in a browser', () => {
	let api: TestApi;
	let browser: Browser;
	beforeAll(async () => {
		await freshDatabase();
		api = await startApi();
		browser = new Browser();
	});
	afterAll(async () => {
		browser?.close();
		await api?.stop();
	});

	it('shows the operations and asks nobody but its own origin', async () => {
		const picture = join(tmpdir(), `parallama-docs-${process.pid}.png`);
		const { html, asked } = await browser.open(`${api.url}/docs`, picture);
		for (const shown of ['API keys', 'data-path="/api/v1/keys"']) expect(html).toContain(shown); // the rest once one scrolls
		expect(asked).toContain(`${api.url}/openapi.json`);
		expect(asked.filter((url) => !url.startsWith(`${api.url}/`) && !url.startsWith('data:'))).toEqual([]);
		expect(readFileSync(picture).subarray(1, 4).toString()).toBe('PNG');
		if (process.env['UPDATE_PICTURES'] === '1') copyFileSync(picture, PICTURE);
		rmSync(picture);
	}, 150_000);
});
