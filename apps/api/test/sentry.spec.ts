import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asOwner, eventually, freshDatabase, testConfig } from '#libs/testing';
import { ApiProcess, faults } from './support/api-process.js';
import { addTenant, type Tenant } from './support/tenants.js';

interface SentryEvent {
	readonly event_id: string;
	readonly environment: string;
	readonly release: string;
	readonly tags?: Record<string, string>;
	readonly exception?: { values: { type: string; value: string }[] };
}

describe('Sentry', () => {
	let ingest: Server;
	let api: ApiProcess;
	let tenant: Tenant;
	let received = '';
	const events: SentryEvent[] = [];

	beforeAll(async () => {
		await freshDatabase();
		tenant = await addTenant(testConfig('api'));
		ingest = createServer((request, response) => {
			const chunks: Buffer[] = [];
			request.on('data', (chunk: Buffer) => chunks.push(chunk));
			request.on('end', () => {
				const body = Buffer.concat(chunks);
				const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();
				received += text;
				const lines = text.split('\n').filter((line) => line !== '');
				for (const [at, line] of lines.entries())
					if (line.startsWith('{"type":"event"')) events.push(JSON.parse(lines[at + 1] ?? '{}') as SentryEvent);
				response.end('{}');
			});
		});
		await new Promise<void>((resolve) => ingest.listen(0, '127.0.0.1', resolve));
		const { port } = ingest.address() as AddressInfo;
		api = new ApiProcess(
			{ SENTRY_DSN: `http://public@127.0.0.1:${port}/1`, SENTRY_ENVIRONMENT: 'rehearsal' },
			faults['a timer'],
		);
	});
	afterAll(() => {
		api.stop();
		ingest.close();
	});

	it('gets bugs, whose id the caller sees, and nothing that the request held', async () => {
		const { url } = await api.ready();
		await asOwner('ALTER TABLE projects RENAME TO projects_away');
		const headers = {
			authorization: `Bearer ${tenant.key}`,
			'content-type': 'application/json',
			'user-agent': 'agent-marker',
		};
		const body = JSON.stringify({ name: 'body-marker' });
		await asOwner('ALTER TABLE projects_away RENAME TO projects');
		expect((await fetch(`${url}/api/v1/projects`, { headers })).status).toBe(200);
		await asOwner('ALTER TABLE projects RENAME TO projects_away');
		const answer = await fetch(`${url}/api/v1/projects?limit=3`, { method: 'POST', headers, body });
		await asOwner('ALTER TABLE projects_away RENAME TO projects');
		expect(answer.status).toBe(500);
		const { error } = (await answer.json()) as { error: { eventId: string; requestId: string } };
		const event = await eventually(() => events.find(({ event_id }) => event_id === error.eventId));
		expect(event).toMatchObject({
			environment: 'rehearsal',
			release: expect.stringMatching(/^\d+\.\d+\.\d+/),
			tags: { requestId: error.requestId, where: '/api/v1/projects' },
			exception: {
				values: expect.arrayContaining([expect.objectContaining({ type: expect.stringMatching(/Error/) })]),
			},
		});
		for (const marker of [tenant.key, tenant.key.slice(16), 'agent-marker', 'body-marker', 'limit=3'])
			expect(received).not.toContain(marker);
	});

	it('does not get what is no bug', async () => {
		const { url } = await api.ready();
		const before = events.length;
		await fetch(`${url}/api/v1/projects`);
		await fetch(`${url}/nowhere`);
		await fetch(`${url}/api/v1/projects`, { method: 'POST', headers: { 'x-api-key': tenant.key } });
		api.signal('SIGUSR2'); // the next event is this one
		await eventually(() => events.find(({ exception }) => exception?.values.some(({ value }) => value === 'injected')));
		expect(events).toHaveLength(before + 1);
		expect(await api.exitCode()).toBe(1);
	});
});
