// What it costs to know who calls with an API key, without HTTP and without PostgreSQL: CPU time of the thread, so that
// others on the machine hardly count. Printed, never asserted.
//   npm run bench:auth
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import 'reflect-metadata';

const from = (path) => import(`../../dist/${path}.js`);
const { KeyAuthenticator } = await from('libs/keys/src/key-authenticator');
const { generateKey, parseKey } = await from('libs/keys/src/key-format');
const { hashSecret } = await from('libs/keys/src/secret-hash');
const { Authenticator } = await from('apps/api/src/edge/authenticator');
const { ApiKeyStrategy } = await from('apps/api/src/edge/api-key.strategy');
const { permissions } = await from('libs/access/src/permissions');

const pepper = [{ kid: 'k', value: randomBytes(32) }];
const held = Object.keys(permissions).slice(0, 20);
const rows = new Map();

/** What the database would say of a key; `limits` are those of the key. */
function row(secret, limits = {}) {
	const { hash, pepperKid } = hashSecret(pepper, secret);
	const link = {
		userId: randomUUID(),
		scopes: null,
		expiresAt: null,
		isRevoked: false,
		isActive: true,
		membershipEpoch: 0,
		permissions: held,
		roleRules: [{ dialects: null, allow: null, deny: [] }],
		dialects: null,
		allow: null,
		deny: [],
		ipRanges: null,
		issuerRules: null,
		...limits,
	};
	const ids = { organizationId: randomUUID(), id: randomUUID(), projectId: randomUUID(), userId: link.userId };
	const previous = { previousHash: null, previousPepperKid: null, previousExpiresAt: null };
	return { ...ids, hash, pepperKid, ...previous, epoch: 0, chain: [link] };
}

function keys(count, limits) {
	return Array.from({ length: count }, () => {
		const { keyId, secret, credential } = generateKey();
		rows.set(keyId, row(secret, limits));
		return credential;
	});
}

const clock = { now: () => new Date(), monotonic: () => performance.now() };
const uses = { collectFrom: () => undefined, note: () => undefined };
const authenticator = new KeyAuthenticator(
	{ secrets: { KEY_PEPPER: pepper } },
	clock,
	{ find: (keyId) => Promise.resolve(rows.get(keyId)) },
	uses,
	{ on: () => undefined },
);
const edge = new Authenticator(new ApiKeyStrategy(authenticator), undefined, authenticator, undefined, undefined);

/** Milliseconds of CPU that this thread has used. */
function cpu() {
	const { user, system } = process.threadCpuUsage();
	return (user + system) / 1_000;
}

/** Mean CPU time and median wall time for each, in µs; the first batches warm up. */
function figures(batches, each) {
	const rest = batches.slice(Math.floor(batches.length / 3));
	const walls = rest.map(({ wall }) => wall).sort((a, b) => a - b);
	const used = rest.reduce((sum, batch) => sum + batch.used, 0);
	const perOne = (ms) => ((ms * 1_000) / each).toFixed(2);
	return { cpuTime: perOne(used / rest.length), wallTime: perOne(walls[Math.floor(walls.length / 2)]) };
}

function begin() {
	const [used, wall] = [cpu(), performance.now()];
	return () => ({ used: cpu() - used, wall: performance.now() - wall });
}

async function warm(limits) {
	const request = { headers: { authorization: `Bearer ${keys(1, limits)[0]}` }, ip: '10.1.2.3' };
	await edge.authenticate(request);
	const batches = [];
	for (let batch = 0; batch < 60; batch++) {
		const end = begin();
		for (let n = 0; n < 10_000; n++) edge.authenticate(request);
		batches.push(end());
	}
	return figures(batches, 10_000);
}

async function cold(limits) {
	const batches = [];
	for (let batch = 0; batch < 30; batch++) {
		const requests = keys(2_000, limits).map((key) => ({ headers: { 'x-api-key': key }, ip: '10.1.2.3' }));
		const end = begin();
		for (const request of requests) await edge.authenticate(request);
		batches.push(end());
		rows.clear();
	}
	return figures(batches, 2_000);
}

/** The decision alone: form, checksum, hash, rights, compiled limits. */
function decision() {
	const [credential] = keys(1);
	const { keyId, secret } = parseKey(credential);
	const batches = [];
	for (let batch = 0; batch < 30; batch++) {
		const end = begin();
		for (let n = 0; n < 5_000; n++) if (parseKey(credential)) authenticator.judge(rows.get(keyId), secret);
		batches.push(end());
	}
	return figures(batches, 5_000);
}

function malformed() {
	const request = { headers: { 'x-api-key': `pl_${createHash('sha256').update('x').digest('hex').slice(0, 51)}` } };
	const batches = [];
	for (let batch = 0; batch < 30; batch++) {
		const end = begin();
		for (let n = 0; n < 5_000; n++)
			try {
				edge.authenticate(request);
			} catch {
				// refused, as it should be
			}
		batches.push(end());
	}
	return figures(batches, 5_000);
}

const limits = {
	dialects: ['openai'],
	allow: ['gpt-*', 'llama3'],
	deny: ['gpt-5'],
	ipRanges: ['10.0.0.0/8'],
	scopes: held,
};
const table = {
	'warm, without limits (target 5 µs)': await warm(),
	'warm, models and addresses limited': await warm(limits),
	'cold, without its query (target 15 µs)': await cold(),
	'cold, models and addresses limited': await cold(limits),
	'of that the decision alone': decision(),
	'malformed, refused': malformed(),
};
for (const [what, { cpuTime, wallTime }] of Object.entries(table))
	process.stdout.write(`${what.padEnd(42)} CPU ${cpuTime.padStart(6)} µs   wall, median ${wallTime.padStart(7)} µs\n`);
