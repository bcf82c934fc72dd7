// What it costs to find messages among a million of one person, in English, German, Russian and Chinese, and to list 100,000
// conversations. Fills a database of its own, drops it at the end; about ten minutes. Printed, never asserted.
//   npm run bench:search
//   npm run bench:search -- --messages 100000   a quick look
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import 'reflect-metadata';
import pg from 'pg';
import { acquire } from '../services/services.mjs';
import { seeded, vocabularies } from './search/vocabulary.mjs';
import { fill } from './search/fill.mjs';

const from = (path) => import(`../../dist/libs/${path}.js`);
const { migrate } = await from('database/src/migrator');
const { conditionsOf, listPosition } = await from('conversations/src/persistence/conversation-list');
const { conversationColumns } = await from('conversations/src/persistence/conversations.repository');
const { SearchRepository } = await from('conversations/src/persistence/search.repository');
const { databaseQueryOf, readQuery } = await from('conversations/src/search/search-query');

const { values } = parseArgs({ options: { messages: { type: 'string', default: '1000000' } } });
const MESSAGES = Number(values.messages);
const CONVERSATIONS = Math.min(100_000, MESSAGES / 10);
const QUERIES = 200;
const say = (text) =>
	process.stderr.write(`${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s  ${text}\n`);
const began = performance.now();

const services = await acquire('test', { need: { postgres: true, redis: false }, say });
const database = `bench_search_${process.pid}`;
const admin = new pg.Client(services.ownerUrl);
await admin.connect();
await admin.query(`CREATE DATABASE ${database}`);
const url = Object.assign(new URL(services.ownerUrl), { pathname: `/${database}` }).href;
const client = new pg.Client(url);
try {
	await migrate(url);
	await client.connect();
	await client.query('SET statement_timeout = 0');
	const person = { organizationId: randomUUID(), userId: randomUUID() };
	await fill(client, { ...person, messages: MESSAGES, conversations: CONVERSATIONS, say });
	await client.query('SET ROLE parallama_app');
	const size = await client.query(`SELECT pg_size_pretty(pg_total_relation_size('message_texts')) AS size`);
	console.log(`\n${MESSAGES.toLocaleString('en')} messages, message_texts ${size.rows[0].size} with its indexes\n`);
	await searches(person);
	await lists(person);
} finally {
	await client.end();
	await admin.query(`DROP DATABASE ${database} WITH (FORCE)`);
	await admin.end();
	await services.release();
}

/** As the api does it: one transaction, the tenant set, the repository's two statements. */
async function timeOf(person, text, mode) {
	const query = databaseQueryOf(readQuery(text), mode);
	const start = performance.now();
	await client.query('BEGIN');
	await client.query(`SELECT set_config('app.organization_id', $1, true), set_config('app.user_id', $2, true)`, [
		person.organizationId,
		person.userId,
	]);
	const transaction = { manager: { query: async (sql, parameters) => (await client.query(sql, parameters)).rows } };
	const outcome = await new SearchRepository()
		.find({ ...person, transaction }, query, { offset: 0, limit: 21 })
		.catch((error) => error.code);
	await client.query('ROLLBACK');
	return { ms: performance.now() - start, hits: Array.isArray(outcome) ? outcome.length : outcome };
}

async function searches(person) {
	const random = seeded(7);
	const words = () => vocabularies[Math.floor(random() * vocabularies.length)];
	// any frequency is as likely as any other, from the commonest words to the rarest
	const word = ({ words: list, isSpaced }) => {
		const pick = () => list[Math.floor(list.length ** random()) - 1] ?? list[0];
		return isSpaced ? pick() : pick() + pick();
	};
	const part = (text) => {
		const characters = Array.from(text);
		const length = Math.min(characters.length, 3 + Math.floor(random() * 4));
		const start = Math.floor(random() * (characters.length - length + 1));
		return characters.slice(start, start + length).join('');
	};
	const long = () => {
		for (;;) {
			const candidate = word(words());
			if (Array.from(candidate).length >= 3) return candidate;
		}
	};
	const kinds = [
		['one word', 'words', () => word(words())],
		[
			'two words',
			'words',
			() => {
				const list = words();
				return `${word(list)} ${word(list)}`;
			},
		],
		[
			'a phrase',
			'words',
			() => {
				const list = words();
				return `"${word(list)} ${word(list)}"`;
			},
		],
		['a word, by role and time', 'words', () => `${word(words())} role:assistant after:2025-06-01`],
		[
			'a word without another',
			'words',
			() => {
				const list = words();
				return `${word(list)} -${word(list)}`;
			},
		],
		['part of a word, 3 to 6 characters', 'substring', () => part(long())],
		['two parts of words', 'substring', () => `${part(long())} ${part(long())}`],
		['wildcards', 'substring', () => '%'.repeat(50 + Math.floor(random() * 100)) + part(long())],
	];
	console.log('| Looking for | p50 | p95 | p99 | longest |\n| --- | --- | --- | --- | --- |');
	for (const [name, mode, make] of kinds) {
		const times = [];
		for (let n = 0; n < QUERIES; n++) times.push((await timeOf(person, make(), mode)).ms);
		const sorted = times.toSorted((a, b) => a - b);
		const at = (share) => `${sorted[Math.min(QUERIES - 1, Math.ceil(share * QUERIES) - 1)].toFixed(1)} ms`;
		console.log(`| ${String(name)} | ${at(0.5)} | ${at(0.95)} | ${at(0.99)} | ${at(1)} |`);
	}
}

/** What PostgreSQL itself says that the statement took. */
async function lists({ organizationId, userId }) {
	const shown = (filter, after) => {
		const { where, parameters } = conditionsOf(organizationId, userId, { filter, after });
		return [
			`SELECT ${conversationColumns}, ${listPosition} AS at FROM conversations c WHERE ${where} ORDER BY c.last_active_at DESC, c.id DESC LIMIT 101`,
			parameters,
		];
	};
	const all = { archived: 'no', isTrash: false };
	const deep = await client
		.query('RESET ROLE')
		.then(() =>
			client.query(
				`SELECT ${listPosition} || ' ' || c.id AS after FROM conversations c ORDER BY c.last_active_at DESC, c.id DESC OFFSET $1 LIMIT 1`,
				[Math.floor(CONVERSATIONS * 0.95)],
			),
		);
	await client.query('SET ROLE parallama_app');
	await client.query(`SELECT set_config('app.organization_id', $1, false)`, [organizationId]);
	console.log(
		`\n| ${CONVERSATIONS.toLocaleString('en')} conversations, 100 on a page | median | longest of 20 |\n| --- | --- | --- |`,
	);
	for (const [name, filter, after] of [
		['first page', all],
		['page at 95 %', all, deep.rows[0].after],
		['first page of one model', { ...all, model: 'model-3' }],
		['first page of what is pinned', { ...all, isPinned: true }],
	]) {
		const times = [];
		for (let n = 0; n < 20; n++) {
			const [sql, parameters] = shown(filter, after);
			const { rows } = await client.query(`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${sql}`, parameters);
			const [plan] = rows[0]['QUERY PLAN'];
			times.push(plan['Planning Time'] + plan['Execution Time']);
		}
		const sorted = times.toSorted((a, b) => a - b);
		console.log(`| ${name} | ${sorted[10].toFixed(2)} ms | ${sorted[19].toFixed(2)} ms |`);
	}
}
