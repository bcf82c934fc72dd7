import { once } from 'node:events';
import { statSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { Launcher, type Ready } from './launcher.js';

async function streamedAnswer({ url, apiKey }: Ready): Promise<string> {
	const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
	const listed = (await (await fetch(`${url}/openai/v1/models`, { headers })).json()) as { data: { id: string }[] };
	const body = { model: listed.data[0]?.id, stream: true, messages: [{ role: 'user', content: 'Hello' }] };
	const response = await fetch(`${url}/openai/v1/chat/completions`, {
		method: 'POST',
		headers,
		body: JSON.stringify(body),
	});
	expect(response.status).toBe(200);
	return response.text();
}

/** Somebody else's server on a free port. */
async function occupied(): Promise<{ port: number; free: () => Promise<void> }> {
	const server = net.createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as net.AddressInfo;
	return {
		port,
		async free() {
			server.close();
			await once(server, 'close');
		},
	};
}

const nothing = { processes: [], ports: [] };

describe('npm run up', () => {
	const launcher = new Launcher();
	let first: Ready;

	afterEach(() => launcher.terminateNpm());
	afterAll(() => launcher.destroy(), 40_000);

	it('goes from an empty DATA_DIR to a streamed answer, and ends with npm', async () => {
		first = await launcher.start();
		const answer = await streamedAnswer(first);
		expect(answer).toContain('chat.completion.chunk');
		expect(answer.trimEnd()).toMatch(/data: \[DONE\]$/);
		expect((await launcher.remains()).processes.length).toBeGreaterThan(4);
		expect(statSync(join(launcher.dataDir, 'bootstrap.json')).mode & 0o777).toBe(0o600);

		await launcher.terminateNpm();
		await launcher.gone();
	}, 60_000);

	it('shows the same login on the next start, on the same data, without preparing anything again', async () => {
		const again = await launcher.start();
		const { adminEmail, adminPassword, apiKey, databaseUrl } = again;
		expect({ adminEmail, adminPassword, apiKey }).toEqual({
			adminEmail: first.adminEmail,
			adminPassword: first.adminPassword,
			apiKey: first.apiKey,
		});
		expect(new URL(databaseUrl).password).toBe(new URL(first.databaseUrl).password);
		expect(launcher.stderr).not.toMatch(/installing|building|creating/);
		expect(await streamedAnswer(again)).toContain('[DONE]');

		await launcher.terminateNpm();
		await launcher.gone();
	}, 60_000);

	it('names the port and a remedy when the port is taken, and leaves nothing running', async () => {
		const { port, free } = await occupied();
		try {
			expect(await launcher.fail({ PORT: String(port) })).toBe(1);
			expect(launcher.stderr).toContain(`port ${port} is in use`);
			expect(launcher.stderr).toMatch(/PORT=\d+ npm run up/);
			expect(await launcher.remains()).toEqual(nothing);
		} finally {
			await free();
		}
	}, 30_000);

	it('names the command that makes a valid key when BOOTSTRAP_API_KEY is none, and leaves nothing running', async () => {
		expect(await launcher.fail({ BOOTSTRAP_API_KEY: 'not-a-key' })).toBe(1);
		expect(launcher.stderr).toMatch(/BOOTSTRAP_API_KEY.*secrets generate/);
		expect(launcher.stdout).not.toContain('not-a-key');
		expect(await launcher.remains()).toEqual(nothing);
	}, 30_000);
});
