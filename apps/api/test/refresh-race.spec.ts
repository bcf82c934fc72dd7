import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { bootstrap, generateSecrets } from '#libs/installation';
import { asOwner, freshDatabase, testConfig } from '#libs/testing';
import { bearer, Caller } from './support/caller.js';
import { startApi, type TestApi } from './support/start-api.js';

const { BOOTSTRAP_ADMIN_EMAIL, BOOTSTRAP_ADMIN_PASSWORD, BOOTSTRAP_API_KEY } = generateSecrets();
const config = testConfig('api', { BOOTSTRAP_ADMIN_EMAIL, BOOTSTRAP_ADMIN_PASSWORD, BOOTSTRAP_API_KEY });
const ROUNDS = 10;
const CALLERS = 20;

let replicas: TestApi[];
const callers = [0, 1].map((n) => new Caller(() => replicas[n] as TestApi));
const caller = (n: number): Caller => callers[n % 2] as Caller;
const refresh = (refreshToken: string, n = 0) => caller(n).call('POST', '/auth/refresh', { refreshToken });
const login = () => caller(0).login(BOOTSTRAP_ADMIN_EMAIL, BOOTSTRAP_ADMIN_PASSWORD);

beforeAll(async () => {
	await freshDatabase();
	await bootstrap(config, { replaceRevokedKey: false });
	replicas = await Promise.all([startApi(), startApi()]);
});
afterAll(async () => {
	await Promise.all(replicas.map((api) => api.stop()));
});

const sessionOf = (token: string): string =>
	(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sid: string }).sid;
const leaves = async (sid: string): Promise<number> =>
	(
		await asOwner(
			`SELECT 1 FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id
			WHERE s.id = $1 AND t.used_at IS NULL AND s.revoked_at IS NULL`,
			[sid],
		)
	).length;
const elevenSecondsLater = (sid: string) =>
	asOwner(`UPDATE refresh_tokens SET used_at = used_at - interval '11 seconds' WHERE session_id = $1`, [sid]);

it('twenty tabs on two replicas get one successor; the same token later ends the family', async () => {
	const tally = { rounds: 0, refused: 0, successors: 0, leaves: 0, loggedOut: 0, revoked: 0, told: 0 };
	for (let round = 0; round < ROUNDS; round++) {
		const { data } = await login();
		const sid = sessionOf(data.accessToken);
		const answers = await Promise.all(Array.from({ length: CALLERS }, (_, n) => refresh(data.refreshToken, n)));
		tally.rounds++;
		tally.refused += answers.filter(({ status }) => status !== 200).length;
		const successors = new Set(answers.map((answer) => answer.data.refreshToken));
		tally.successors += successors.size;
		tally.leaves += await leaves(sid);
		// a lost answer, asked for again
		const again = await refresh(data.refreshToken, round);
		if (!successors.has(again.data.refreshToken)) tally.refused++;
		if ((await caller(1).call('GET', '/auth/me', undefined, bearer(data.accessToken))).status !== 200)
			tally.loggedOut++;
		await elevenSecondsLater(sid);
		const reused = await refresh(data.refreshToken, round);
		const [successor = ''] = successors;
		const dead = await Promise.all([refresh(successor), refresh(successor, 1), refresh(data.refreshToken, 1)]);
		if (
			reused.code === 'refresh_token_reused' &&
			dead.every(({ status }) => status === 401) &&
			(await leaves(sid)) === 0
		)
			tally.revoked++;
		const events = await asOwner(
			`SELECT 1 FROM audit_events WHERE action = 'auth.refresh_reused' AND request_id = $1`,
			[reused.headers.get('x-request-id')],
		);
		tally.told += events.length;
	}
	process.stdout.write(`refresh races of ${CALLERS} callers on 2 replicas: ${JSON.stringify(tally)}\n`);
	expect(tally).toEqual({
		rounds: ROUNDS,
		refused: 0,
		successors: ROUNDS,
		leaves: ROUNDS,
		loggedOut: 0,
		revoked: ROUNDS,
		told: ROUNDS,
	});
	const mails = await asOwner(`SELECT 1 FROM mails WHERE kind = 'refresh-token-reused' AND recipient = $1`, [
		BOOTSTRAP_ADMIN_EMAIL,
	]);
	expect(mails).toHaveLength(ROUNDS);
}, 120_000);

it('tokens are opaque, hashed at rest, one family per login, and sealed successors are forgotten', async () => {
	const { data } = await login();
	const next = await refresh(data.refreshToken);
	const last = await refresh(next.data.refreshToken);
	for (const token of [data, next.data, last.data]) expect(token.refreshToken).toMatch(/^plr_[\w-]{43}$/);
	const rows = await asOwner<{ all: string }>('SELECT t::text AS all FROM refresh_tokens t WHERE session_id = $1', [
		sessionOf(data.accessToken),
	]);
	expect(rows).toHaveLength(3);
	for (const { all } of rows)
		for (const { refreshToken } of [data, next.data, last.data]) expect(all).not.toContain(refreshToken.slice(4));
});
