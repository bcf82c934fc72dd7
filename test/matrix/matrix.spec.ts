import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { permissionCatalogue } from '#libs/access';
import type { Config } from '#libs/config';
import { newId } from '#libs/kernel';
import { generateKey, hashSecret } from '#libs/keys';
import { asOwner, freshDatabase, testConfig } from '#libs/testing';
import type { TableRoute } from '../../apps/api/src/edge/route-table.js';
import { startApi, type TestApi } from '../../apps/api/test/support/start-api.js';
import { accessToken, addMember, addSession, addTenant, type Tenant } from '../../apps/api/test/support/tenants.js';
import { tenantRows } from '../../libs/database/test/support/tenant-rows.js';
import { type Asked, asked, type Ids, takesIds } from './callers.js';
import { accessOf, builtInRoles, columns, nameOf, readTable, type Row, type Table, writeTable } from './table.js';

const isUpdate = process.env['UPDATE_MATRIX'] === '1';
const AT_ONCE = 16;

let api: TestApi;
let config: Config;
let routes: readonly TableRoute[];
let table: Table;
/** Of the organization that the matrix is about. */
let own: Ids;
const random = (): Ids => ({ none: newId() });
let members: Record<(typeof builtInRoles)[number], Tenant>;
let suspended: Tenant;
let foreign: Tenant;

beforeAll(async () => {
	await freshDatabase();
	config = testConfig('api');
	api = await startApi();
	routes = api.routes.all().filter(({ method }) => method !== 'HEAD');
	table = isUpdate ? {} : readTable();
	const tenant = { organizationId: newId(), userId: newId() };
	const rows = tenantRows(tenant);
	for (const [name, row] of rows) {
		const names = Object.keys(row);
		const places = names.map((_, at) => `$${at + 1}`).join(', ');
		await asOwner(`INSERT INTO ${name} (${names.join(', ')}) VALUES (${places})`, Object.values(row));
	}
	own = Object.fromEntries(rows.map(([name, row]) => [name, String(row['id'])]));
	const home = { organizationId: tenant.organizationId, projectId: own['projects'] ?? '' };
	const made = await Promise.all(
		builtInRoles.map(async (role) => [role, await addMember(config, home, role)] as const),
	);
	members = Object.fromEntries(made) as typeof members;
	suspended = await addMember(config, home, 'owner');
	await asOwner(`UPDATE memberships SET status = 'suspended' WHERE user_id = $1`, [suspended.userId]);
	foreign = await addTenant(config, 'admin');
}, 60_000);
afterAll(() => api.stop());

interface Answer {
	readonly status: number;
	readonly text: string;
}

async function send({ method, path, body }: Asked, headers: Record<string, string> = {}): Promise<Answer> {
	const type = body === undefined ? {} : { 'content-type': 'application/json' };
	const answer = await fetch(api.url + path, { method, headers: { ...type, ...headers }, body: body ?? null });
	return { status: answer.status, text: await answer.text() };
}

/** As somebody who has just signed in. */
async function sendAs(member: Tenant, request: Asked): Promise<Answer> {
	return send(request, { authorization: `Bearer ${accessToken(config, member, await addSession(member))}` });
}

const isDenied = ({ status, text }: Answer): boolean => status === 403 && text.includes('needs the permission');

/** In the words of the table; what is in none of them fails. */
function outcomeOf(answer: Answer): string {
	if (answer.status === 401) return '401';
	if (isDenied(answer)) return '403';
	return answer.status >= 500 || answer.status === 429 ? `${answer.status} ${answer.text.slice(0, 200)}` : 'pass';
}

/** The same answer to another request about other ids. */
const worded = ({ status, text }: Answer): string =>
	`${status} ${text.replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '·')}`;

async function each<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
	const rest = items.values();
	const workers = Array.from({ length: AT_ONCE }, async () => {
		for (const item of rest) await work(item);
	});
	await Promise.all(workers);
}

let cells = 0;

/** These may end sessions, or the account: one after the other, the end of the account last. */
const isOwnAccount = (route: TableRoute): boolean => accessOf(route) === 'account:self' && route.method !== 'GET';

const isTheEnd = (route: TableRoute): boolean => nameOf(route) === 'DELETE /api/v1/auth/me';

/** Runs one column of the table; returns the cells that are wrong. With UPDATE_MATRIX=1 it writes down what it sees. */
async function column(name: keyof Row, observe: (route: TableRoute) => Promise<string>): Promise<string[]> {
	const wrong: string[] = [];
	const run = async (route: TableRoute) => {
		const seen = await observe(route);
		cells++;
		const row = table[nameOf(route)];
		if (isUpdate) (table as Record<string, object>)[nameOf(route)] = { ...row, [name]: seen };
		else if (row?.[name] !== seen)
			wrong.push(`${nameOf(route)}: ${name} is ${row?.[name] ?? 'not in the table'}, got ${seen}`);
	};
	await each(
		routes.filter((route) => !isOwnAccount(route)),
		run,
	);
	for (const route of routes.filter((one) => isOwnAccount(one) && !isTheEnd(one))) await run(route);
	for (const route of routes.filter(isTheEnd)) await run(route);
	return wrong.toSorted();
}

const isOpen = (route: TableRoute): boolean => typeof route.access === 'string';

describe('who may call what', () => {
	it('is said for every route and every kind of caller, and for nothing else', async () => {
		expect(await column('access', (route) => Promise.resolve(accessOf(route)))).toEqual([]);
		if (isUpdate) return;
		const names = routes.map(nameOf);
		expect(new Set(names).size).toBe(names.length);
		expect({
			missing: names.filter((name) => !(name in table)),
			gone: Object.keys(table).filter((name) => !names.includes(name)),
		}).toEqual({
			missing: [],
			gone: [],
		});
		for (const [name, row] of Object.entries(table))
			expect({ name, cells: Object.keys(row) }).toEqual({ name, cells: columns });
	});

	it('holds for anonymous callers', async () => {
		const wrong = await column('anonymous', async (route) => {
			const { status } = await send(asked(route, own));
			return isOpen(route) ? 'public' : String(status);
		});
		expect(wrong).toEqual([]);
	}, 60_000);

	it('holds for suspended members', async () => {
		const wrong = await column('suspended', async (route) => {
			const answer = await sendAs(suspended, asked(route, own));
			const withKey = await send(asked(route, own), { 'x-api-key': suspended.key });
			if (route.access === 'public') return 'public';
			if (route.access === 'optional') return answer.status === 401 ? 'public' : String(answer.status);
			return answer.status === withKey.status
				? String(answer.status)
				: `${answer.status}, ${withKey.status} with a key`;
		});
		expect(wrong).toEqual([]);
	}, 60_000);

	it('holds for an admin of another organization', async () => {
		const wrong = await column('foreign', async (route) => {
			if (isOpen(route)) return 'public';
			const answer = await sendAs(foreign, asked(route, own));
			if (isDenied(answer)) return '403';
			if (!takesIds(route)) return isAboutOthers(answer) ? `leak: ${answer.text.slice(0, 200)}` : 'own';
			const unknown = await sendAs(foreign, asked(route, random()));
			if (worded(answer) !== worded(unknown)) return `${worded(answer)} instead of ${worded(unknown)}`;
			return String(answer.status);
		});
		expect(wrong).toEqual([]);
	}, 60_000);

	it.each(builtInRoles)(
		'holds for the role %s',
		async (role) => {
			const wrong = await column(role, async (route) =>
				isOpen(route) ? 'pass' : outcomeOf(await sendAs(members[role], asked(route, random()))),
			);
			expect(wrong).toEqual([]);
		},
		60_000,
	);
});

const isAboutOthers = ({ text }: Answer): boolean =>
	Object.values(own).some((id) => id !== 'undefined' && text.includes(id));

/** A key of the organization's owner with these scopes. */
async function keyWith(scopes: readonly string[] | null): Promise<string> {
	const { organizationId, projectId, userId } = members.owner;
	const { credential, keyId, secret } = generateKey();
	const { hash, pepperKid } = hashSecret(config.secrets.KEY_PEPPER ?? [], secret);
	await asOwner(
		`INSERT INTO api_keys (organization_id, id, project_id, user_id, key_id, secret_hash, pepper_kid, name, scopes)
			VALUES ($1, $2, $3, $4, $5, $6, $7, 'scoped', $8)`,
		[organizationId, newId(), projectId, userId, keyId, hash, pepperKid, scopes],
	);
	return credential;
}

describe('keys', () => {
	const heldByKeys = permissionCatalogue.filter(({ isForKeys }) => isForKeys).map(({ name }) => name);
	let guarded: TableRoute[];
	let runs = 0;
	beforeAll(async () => {
		await asOwner(`UPDATE users SET status = 'active', delete_after = NULL WHERE id = $1`, [members.owner.userId]);
		guarded = routes.filter((route) => !isOpen(route));
	});

	it('with the scopes that a route asks for pass there, and nowhere else', async () => {
		const wrong: string[] = [];
		const pairs = new Set(guarded.map(accessOf).filter((access) => access.includes('+')));
		for (const scope of ['', ...heldByKeys, ...pairs]) {
			const scopes = scope.split('+').filter((name) => name !== '');
			const passes = (route: TableRoute) =>
				accessOf(route)
					.split('+')
					.every((name) => scopes.includes(name));
			const key = await keyWith(scopes);
			await each(guarded, async (route) => {
				const seen = outcomeOf(await send(asked(route, random()), { 'x-api-key': key }));
				runs++;
				if (seen !== (passes(route) ? 'pass' : '403')) wrong.push(`${scope}: ${nameOf(route)} → ${seen}`);
			});
		}
		expect(wrong).toEqual([]);
	}, 120_000);

	it('get the same answer in each carrier', async () => {
		const key = await keyWith(null);
		await each(guarded, async (route) => {
			const carriers: Record<string, string>[] = [
				{ authorization: `Bearer ${key}` },
				{ 'x-api-key': key },
				{ 'api-key': key },
			];
			const answers: string[] = [];
			for (const carrier of carriers) answers.push(codeOf(await send(asked(route, random()), carrier)));
			runs += 3;
			expect({ route: nameOf(route), answers: new Set(answers).size, first: answers }).toMatchObject({ answers: 1 });
		});
	}, 60_000);

	afterAll(() => {
		if (isUpdate) writeTable(table);
		process.stdout.write(
			`matrix: ${routes.length} routes, ${cells} cells, ${runs} runs with keys (${heldByKeys.length} scopes)\n`,
		);
	});
});

function codeOf({ status, text }: Answer): string {
	const { error } = (text.startsWith('{') ? JSON.parse(text) : {}) as { error?: { code?: string } | string };
	return `${status} ${typeof error === 'object' ? error.code : error}`;
}
