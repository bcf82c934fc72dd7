// npm run chaos:exchange [-- --messages 50000 --kills 5]
// Imports an account, exports it, and imports that for somebody else, while the worker is killed on the way: every message must be
// there once at the end. Prints what the worker had in memory at most; its heap is given 160 MB, so that garbage is collected in time.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { describe } from '../services/failure.mjs';
import { until } from '../services/processes.mjs';
import { Product } from './product.mjs';

const { values } = parseArgs({
	options: { messages: { type: 'string', default: '50000' }, kills: { type: 'string', default: '5' } },
});
const [MESSAGES, KILLS] = [Number(values.messages), Number(values.kills)];
const HEAP_MB = 160;
const EACH = 100;
const PATIENCE_MS = 180_000; // the queue notices after half a minute that a worker is no more
const LOOK_EVERY_MS = 20;
const say = (text) => process.stderr.write(`${text}\n`);

/** The most that any of the workers had in memory, in MB. */
let mostMb = 0;

async function main() {
	const product = await Product.start(['m'], say, {
		NODE_OPTIONS: `--max-old-space-size=${HEAP_MB} --max-semi-space-size=4`,
	});
	const owner = new pg.Client(product.stores.ownerUrl);
	try {
		await owner.connect();
		measure(product);
		console.log(`worker at rest: ${mostMb} MB`);
		const account = await imported(product, owner, { key: product.apiKey, file: anAccount(), name: 'import' });
		const file = await exported(product);
		const heir = await aPerson(product);
		const copy = await imported(product, owner, { key: heir, file, name: 'import of the export' });
		const isSound = [account, copy].every(({ messages, distinct }) => messages === MESSAGES && distinct === MESSAGES);
		console.log(
			`worker: ${mostMb} MB at most; ${isSound ? 'every message is there once' : 'MESSAGES ARE MISSING OR DOUBLE'}`,
		);
		process.exitCode = isSound && mostMb <= 300 ? 0 : 1;
	} finally {
		await owner.end();
		await product.remove();
	}
}

function anAccount() {
	const words = (n) => Array.from({ length: 60 }, (_, at) => `word${(n * 31 + at * 17) % 9_973}`).join(' ');
	const conversations = Array.from({ length: MESSAGES / EACH }, (_, c) => {
		const messages = Array.from({ length: EACH }, (_m, n) => ({
			id: `m${c}-${n}`,
			parentId: n === 0 ? null : `m${c}-${n - 1}`,
			role: n % 2 === 0 ? 'user' : 'assistant',
			content: [{ type: 'text', text: words(c * EACH + n) }],
			createdAt: new Date(1_700_000_000_000 + n).toISOString(),
		}));
		return JSON.stringify({
			format: 'parallama.conversation',
			version: 1,
			conversation: { id: `c${c}`, title: `T ${c}` },
			messages,
		});
	});
	return Buffer.from(conversations.join('\n'));
}

async function ask(product, { method = 'GET', path, key = product.apiKey, body, type = 'application/json' }) {
	const headers = { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': type }) };
	const answer = await fetch(`${product.url}/api/v1${path}`, { method, headers, body });
	const text = await answer.text();
	if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
	return text === '' ? undefined : JSON.parse(text).data;
}

function measure(product) {
	try {
		const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${product.worker.pid}/status`, 'utf8'))?.[1] ?? 0;
		mostMb = Math.max(mostMb, Math.round(Number(peak) / 1_024));
	} catch {
		// it was just killed
	}
}

/** Kills the worker some times while what is at `path` runs; resolves what it came to. */
async function amidKills(product, { path, key, isGoing, isOver }) {
	let kills = 0;
	let last;
	const began = performance.now();
	const look = async () => {
		measure(product);
		last = await ask(product, { path, key });
		if (isOver(last)) return true;
		if (kills < KILLS && isGoing(last)) {
			kills++;
			await product.worker.kill();
			await product.worker.start();
			await until(async () => !isGoing(await ask(product, { path, key })) || kills === KILLS, 1_000, {
				every: LOOK_EVERY_MS,
			});
		}
		return false;
	};
	if (!(await until(look, PATIENCE_MS * (KILLS + 1), { every: LOOK_EVERY_MS })))
		throw new Error(`not over in time: ${JSON.stringify(last)}`);
	return { last, kills, seconds: ((performance.now() - began) / 1_000).toFixed(0) };
}

async function imported(product, owner, { key, file, name }) {
	const { id } = await ask(product, {
		method: 'POST',
		path: '/imports',
		key,
		body: file,
		type: 'application/octet-stream',
	});
	let before = -1;
	const { last, kills, seconds } = await amidKills(product, {
		path: `/imports/${id}`,
		key,
		// a run that has got further than the one that was killed
		isGoing: ({ state, progress }) => {
			const isFurther = state === 'running' && progress > before;
			if (isFurther) before = progress;
			return isFurther && progress > 0;
		},
		isOver: ({ state }) => state === 'done',
	});
	const { rows } = await owner.query(
		`SELECT count(*)::int AS messages, count(DISTINCT m.import_id)::int AS distinct FROM messages m
			JOIN conversations c ON c.organization_id = m.organization_id AND c.id = m.conversation_id
			JOIN imports i ON i.user_id = c.user_id WHERE i.id = $1`,
		[id],
	);
	console.log(
		`${name}: ${kills} kills, ${seconds} s, ${rows[0].messages} messages, ${rows[0].distinct} of them different`,
		last.counts,
	);
	return rows[0];
}

async function exported(product) {
	const { id } = await ask(product, { method: 'POST', path: '/exports', body: '{"format":"jsonl"}' });
	const { last, kills, seconds } = await amidKills(product, {
		path: `/exports/${id}`,
		isGoing: ({ state, done, total }) => state === 'running' && done > 0 && done < total,
		isOver: ({ state }) => state === 'ready',
	});
	const { url } = await ask(product, { method: 'POST', path: `/exports/${id}/link` });
	const file = Buffer.from(await (await fetch(new URL(new URL(url).pathname, product.url))).arrayBuffer());
	console.log(`export: ${kills} kills, ${seconds} s, ${last.messages} messages, ${file.length} bytes`);
	return file;
}

async function aPerson(product) {
	const body = JSON.stringify({ email: 'heir@example.com', name: 'Heir', role: 'basic' });
	const { id } = await ask(product, { method: 'POST', path: '/users', body });
	const made = await ask(product, {
		method: 'POST',
		path: '/keys',
		body: JSON.stringify({ name: 'heir', userId: id }),
	});
	return made.apiKey;
}

await main().catch((error) => {
	say(describe(error));
	process.exitCode = 1;
});
