import { beforeEach, expect, it } from '@jest/globals';
import { AppError } from '#libs/kernel';
import type { Principal } from './principal.js';
import { PrincipalCache, type ProvenPrincipal } from './principal-cache.js';

let now = 0;
let loads: { resolve: (proven: ProvenPrincipal) => void; reject: (error: unknown) => void }[] = [];
let cache: PrincipalCache<string>;

const proven = (version: number, over: Partial<ProvenPrincipal> = {}): ProvenPrincipal => ({
	principal: { organizationId: `v${version}` } as Principal,
	credentialId: 'k1',
	userId: 'u1',
	validForMs: undefined,
	...over,
});
const revoked = new AppError('unauthenticated', 'invalid_api_key', 'no');
const ask = () => cache.peek('digest', 'credential') ?? cache.ask('digest', 'credential');
const settled = () => new Promise(setImmediate);
const version = async () => (await ask()).organizationId;

async function fill(value = proven(1)): Promise<void> {
	const asked = ask();
	loads.pop()?.resolve(value);
	await asked;
}

beforeEach(() => {
	now = 0;
	loads = [];
	const load = () => {
		const { promise, resolve, reject } = Promise.withResolvers<ProvenPrincipal>();
		loads.push({ resolve, reject });
		return promise;
	};
	cache = new PrincipalCache({ monotonic: () => now }, load);
});

it('shares one load and answers at once afterwards', async () => {
	const asked = [ask(), ask(), ask()].map((each) => Promise.resolve(each));
	expect(loads).toHaveLength(1);
	loads[0]?.resolve(proven(1));
	expect(await Promise.all(asked)).toHaveLength(3);
	now = 2_999;
	expect(ask()).not.toBeInstanceOf(Promise);
	expect(loads).toHaveLength(1);
});

it('refreshes ahead while it answers, once', async () => {
	await fill();
	now = 3_000;
	expect([ask(), ask()].map((p) => (p as Principal).organizationId)).toEqual(['v1', 'v1']);
	expect(loads).toHaveLength(1);
	loads[0]?.resolve(proven(2));
	await settled();
	expect(await version()).toBe('v2');
});

it('waits for the load when the entry is stale', async () => {
	await fill();
	now = 5_000;
	const asked = ask();
	expect(asked).toBeInstanceOf(Promise);
	loads[0]?.resolve(proven(2));
	expect((await asked).organizationId).toBe('v2');
});

it('makes do with a stale entry for a minute while the database is away', async () => {
	await fill();
	now = 59_999;
	const asked = ask();
	loads.pop()?.reject(new Error('connection refused'));
	expect((await asked).organizationId).toBe('v1');
	now = 60_000;
	const late = ask();
	loads.pop()?.reject(new Error('connection refused'));
	await expect(late).rejects.toMatchObject({ fault: 'unavailable' });
});

it('forgets what a refresh finds revoked, and does not make do with it', async () => {
	await fill();
	now = 3_500;
	void ask();
	loads.pop()?.reject(revoked);
	await settled();
	const asked = ask();
	expect(asked).toBeInstanceOf(Promise);
	loads.pop()?.reject(new Error('connection refused'));
	await expect(asked).rejects.toMatchObject({ fault: 'unavailable' });
});

it('never outlives the expiry of the credential', async () => {
	await fill(proven(1, { validForMs: 1_000 }));
	now = 1_000;
	const asked = ask();
	loads.pop()?.reject(new Error('connection refused'));
	await expect(asked).rejects.toMatchObject({ fault: 'unavailable' });
});

it.each([
	['the credential', () => cache.forgetCredential('k1')],
	['the user', () => cache.forgetUser('u1')],
	['the key', () => cache.forget('digest')],
])('forgets by %s, also what is being loaded', async (_name, forget) => {
	await fill();
	forget();
	const before = ask();
	expect(before).toBeInstanceOf(Promise);
	forget(); // revoked while the load is under way
	const after = ask();
	expect(loads).toHaveLength(2);
	loads[0]?.resolve(proven(1));
	loads[1]?.reject(revoked);
	await before;
	await expect(after).rejects.toBe(revoked);
	const later = ask();
	expect(later).toBeInstanceOf(Promise);
	loads[2]?.reject(revoked);
	await expect(later).rejects.toBe(revoked);
});

it('leaves others alone', async () => {
	await fill();
	cache.forgetUser('u2');
	cache.forgetCredential('k2');
	expect(ask()).not.toBeInstanceOf(Promise);
});

it('tells of a use whose load was overtaken by a change, though it keeps nothing of it', async () => {
	const uses: number[] = [];
	const asked = ask();
	now = 7;
	cache.forgetCredential('k1');
	loads.pop()?.resolve(proven(1, { onUsed: (at) => uses.push(at) }));
	await asked;
	cache.tellUses();
	expect(uses).toEqual([7]);
	expect(ask()).toBeInstanceOf(Promise);
});

it('tells of a use that it made do with', async () => {
	const uses: number[] = [];
	await fill(proven(1, { onUsed: (at) => uses.push(at) }));
	cache.tellUses();
	now = 9_000;
	const asked = ask();
	loads.pop()?.reject(new Error('connection refused'));
	await asked;
	cache.tellUses();
	expect(uses).toEqual([0, 9_000]);
});
