import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { asOwner, freshDatabase, testConfig } from '#libs/testing';
import { bearer, Caller } from './support/caller.js';
import { PostOffice } from './support/post-office.js';
import { startApi, type TestApi } from './support/start-api.js';
import { accessToken, addChiefOperator, addSession, addTenant, type Tenant } from './support/tenants.js';

const OWNER = 'owner-to-be@example.com';
const PASSWORD = 'a decent long password';

let api: TestApi;
let post: PostOffice;
let operator: Tenant;
let token: string;
const caller = new Caller(() => api);

beforeAll(async () => {
	await freshDatabase();
	operator = await addChiefOperator(testConfig('api'));
	token = accessToken(testConfig('api'), operator, await addSession(operator));
	api = await startApi();
	post = await PostOffice.open();
}, 60_000);
afterAll(async () => {
	await Promise.all([api.stop(), post.close()]);
});

const open = (credential: string, body: unknown) =>
	caller.call<{ id: string; slug: string }>('POST', '/organizations', body, bearer(credential));

it('an operator opens an organization; its owner comes by an invitation and is alone in it', async () => {
	const opened = await open(token, { name: 'Söhne & Co', ownerEmail: OWNER });
	expect(opened).toMatchObject({
		status: 201,
		data: { name: 'Söhne & Co', slug: expect.stringMatching(/^sohne-co-[0-9a-f]{8}$/) },
	});
	const { parsed } = await post.mail(OWNER, 'Invitation to Söhne & Co');
	const code = /plc_[\w-]{43}/.exec(parsed.text ?? '')?.[0];
	const accepted = await caller.call('POST', '/invitations/accept', { code, name: 'Owner', password: PASSWORD });
	expect(accepted.status).toBeLessThan(300);
	const session = await caller.login(OWNER, PASSWORD);
	expect(session).toMatchObject({
		status: 200,
		data: { user: { roles: ['owner'] }, organization: { id: opened.data.id } },
	});
	const people = await caller.call('GET', '/users', undefined, bearer(session.data.accessToken));
	expect(people.data).toMatchObject({ items: [{ email: OWNER }] });
	const [event] = await asOwner(
		`SELECT organization_id, actor_id, target_id FROM audit_events WHERE action = 'organization.create'`,
	);
	expect(event).toEqual({ organization_id: opened.data.id, actor_id: operator.userId, target_id: opened.data.id });
});

it('nobody else does, an owner of another organization neither', async () => {
	const owner = await addTenant(testConfig('api'));
	expect(await open(owner.key, { name: 'Mine', ownerEmail: OWNER })).toMatchObject({ status: 403 });
});

it('says what is wrong with its input, and makes nothing', async () => {
	const count = async () => (await asOwner('SELECT 1 FROM organizations')).length;
	const before = await count();
	for (const body of [{}, { name: '', ownerEmail: OWNER }, { name: 'x', ownerEmail: 'nobody' }, { name: 'x' }])
		expect(await open(token, body)).toMatchObject({ status: 400, code: 'validation_failed' });
	expect(await count()).toBe(before);
});
