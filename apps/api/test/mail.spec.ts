import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { UnitOfWork } from '#libs/database';
import { bootstrap, type BootstrapResult, generateSecrets } from '#libs/installation';
import { SYSTEM_ORGANIZATION_ID, systemScope } from '#libs/kernel';
import { MailsService } from '#libs/notifications';
import { asOwner, freshDatabase, testConfig } from '#libs/testing';
import { startApi, type TestApi } from './support/start-api.js';

const { BOOTSTRAP_ADMIN_EMAIL, BOOTSTRAP_ADMIN_PASSWORD, BOOTSTRAP_API_KEY } = generateSecrets();
const config = testConfig('api', { BOOTSTRAP_ADMIN_EMAIL, BOOTSTRAP_ADMIN_PASSWORD, BOOTSTRAP_API_KEY });

let api: TestApi;
let first: BootstrapResult;

beforeAll(async () => {
	await freshDatabase();
	first = await bootstrap(config, { replaceRevokedKey: false });
	api = await startApi();
});
afterAll(() => api.stop());

async function signedIn(organizationId: string): Promise<string> {
	const answer = await fetch(`${api.url}/api/v1/auth/login`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ email: BOOTSTRAP_ADMIN_EMAIL, password: BOOTSTRAP_ADMIN_PASSWORD, organizationId }),
	});
	return ((await answer.json()) as { data: { accessToken: string } }).data.accessToken;
}

interface Outbox {
	readonly items: { readonly recipient: string; readonly subject: string; readonly text: string }[];
	readonly nextCursor: string | null;
}
async function outbox(credential: string, query = ''): Promise<{ status: number; data: Outbox | null }> {
	const answer = await fetch(`${api.url}/api/v1/mail/outbox${query}`, {
		headers: { authorization: `Bearer ${credential}` },
	});
	return { status: answer.status, data: ((await answer.json()) as { data: Outbox | null }).data };
}

/** A mail of the first organization that waits for somebody to read it. */
async function aKeptMail(recipient: string): Promise<void> {
	const scope = systemScope(first.organizationId, 'test', 'test');
	const id = await api.app
		.get(UnitOfWork)
		.run(scope, (tenant) =>
			api.app.get(MailsService, { strict: false }).write(tenant, recipient, 'reset-password', { code: 'C0DE' }),
		);
	await asOwner(`UPDATE mails SET status = 'kept' WHERE id = $1`, [id]);
}

it('shows kept mails of all organizations to operators, page by page, and to nobody else', async () => {
	for (const n of [1, 2, 3]) await aKeptMail(`person-${n}@example.com`);
	const operator = await signedIn(SYSTEM_ORGANIZATION_ID);
	const page = await outbox(operator, '?limit=2');
	expect(page).toMatchObject({
		status: 200,
		data: {
			items: [
				{ recipient: 'person-3@example.com', subject: 'Reset your password', text: expect.stringContaining('C0DE') },
				{ recipient: 'person-2@example.com' },
			],
			nextCursor: expect.any(String),
		},
	});
	const rest = await outbox(operator, `?limit=2&cursor=${page.data?.nextCursor}`);
	expect(rest.data).toMatchObject({ items: [{ recipient: 'person-1@example.com' }], nextCursor: null });
	for (const other of [BOOTSTRAP_API_KEY, await signedIn(first.organizationId)])
		expect(await outbox(other)).toEqual({ status: 403, data: null });
	const read = await asOwner<{ organization_id: string; target_id: string }>(
		`SELECT DISTINCT organization_id, target_id FROM audit_events WHERE action = 'mail.read' AND actor_kind = 'user'`,
	);
	expect(read.map(({ organization_id }) => organization_id)).toEqual(
		Array.from({ length: 3 }, () => SYSTEM_ORGANIZATION_ID),
	);
});
