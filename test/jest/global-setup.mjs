// Once per run: PostgreSQL and Redis of the 'test' profile, and one template database made by the real migrations.
// Several runs may share them: each has a slot of its own (database names, Redis databases).
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { describe } from '../../tools/services/failure.mjs';
import { me, readJson, writeJson } from '../../tools/services/files.mjs';
import { isSame } from '../../tools/services/processes.mjs';
import { acquire } from '../../tools/services.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
const CLI = 'dist/apps/cli/src/main.js';
const SLOTS = 16; // of 16 Redis databases each
const run = promisify(execFile);
const say = (text) => process.stderr.write(`${text}\n`);
const withDatabase = (url, name) => Object.assign(new URL(url), { pathname: `/${name}` }).href;

/** A number that no other live run holds. */
function claimSlot(dir) {
	mkdirSync(join(dir, 'slots'), { recursive: true, mode: 0o700 });
	for (let slot = 0; slot < SLOTS; slot++) {
		const file = join(dir, 'slots', `${slot}.json`);
		const holder = readJson(file);
		if (holder && isSame(holder)) continue;
		writeJson(file, me());
		return { slot, file };
	}
	throw new Error(`${SLOTS} test runs use the services already`);
}

/** Names the template after what makes it: the compiled migrations, since those are what runs. */
function templateName() {
	const files = readdirSync(join(ROOT, 'dist/libs'), { recursive: true, encoding: 'utf8' })
		.filter((file) => /^([^/]+\/src\/migrations|database\/src)\/.*\.js$/.test(file))
		.map((file) => `dist/libs/${file}`)
		.sort();
	const hash = createHash('sha256');
	for (const file of files) {
		hash.update(file).update(readFileSync(join(ROOT, file)));
		const source = join(ROOT, file.replace(/^dist\//, '').replace(/\.js$/, '.ts'));
		const newer = statSync(source, { throwIfNoEntry: false })?.mtimeMs > statSync(join(ROOT, file)).mtimeMs;
		if (newer) say(`${source} is newer than dist, which the template database is made from: npm run build`);
	}
	return `tpl_${hash.digest('hex').slice(0, 12)}`;
}

/** Migrated under another name and renamed at the end: a template is whole or absent. */
async function ensureTemplate(client, ownerUrl, template, alone) {
	const { rows } = await client.query("select datname from pg_database where datname ~ '^(test_|tpl_)'");
	const unfinished = `${template}_new`;
	for (const { datname } of rows)
		if (datname === unfinished || (alone && datname !== template))
			await client.query(`drop database if exists ${client.escapeIdentifier(datname)} with (force)`);
	if (rows.some(({ datname }) => datname === template)) return;
	await client.query(`create database ${unfinished}`);
	try {
		const env = { ...process.env, DATABASE_MIGRATION_URL: withDatabase(ownerUrl, unfinished), LOG_LEVEL: 'warn' };
		await run(process.execPath, ['--enable-source-maps', CLI, 'db', 'migrate'], { cwd: ROOT, env });
		await client.query(`alter database ${unfinished} rename to ${template}`);
	} catch (error) {
		await client.query(`drop database if exists ${unfinished} with (force)`);
		throw new Error(`the migrations failed: ${error.stderr || error.message}`);
	}
}

/** The logins that api and worker use in tests; the group roles come from the migrations. */
async function ensureLogins(client) {
	for (const [login, group] of [
		['test_app', 'parallama_app'],
		['test_worker', 'parallama_worker'],
	]) {
		const { rowCount } = await client.query('select from pg_roles where rolname = $1', [login]);
		if (rowCount === 0) await client.query(`create role ${login} login`);
		await client.query(`alter role ${login} password 'test'`);
		await client.query(`grant ${group} to ${login}`);
		await client.query(`grant ${login} to current_user`); // or dropping a database could not end its connections
	}
}

async function prepare(services) {
	if (!existsSync(join(ROOT, CLI))) await run('npm', ['run', '-s', 'build'], { cwd: ROOT });
	const { ownerUrl } = services;
	const template = templateName();
	const { slot, file } = await services.exclusive(async () => {
		const client = new Client(withDatabase(ownerUrl, 'postgres'));
		await client.connect();
		try {
			await ensureTemplate(client, ownerUrl, template, services.others === 0);
			await ensureLogins(client);
			return claimSlot(services.dir);
		} finally {
			await client.end();
		}
	});
	return { template, slot, file };
}

export default async function () {
	const keep = process.env.KEEP_SERVICES === '1';
	const services = await acquire('test', { keep, say }).catch((error) => {
		throw new Error(describe(error));
	});
	try {
		const { template, slot, file } = await prepare(services);
		globalThis.__testServices = { release: services.release, slotFile: file };
		Object.assign(process.env, {
			TEST_TEMPLATE: template,
			TEST_SLOT: String(slot),
			TEST_OWNER_URL: withDatabase(services.ownerUrl, 'postgres'),
			TEST_REDIS_URL: services.redisUrl,
		});
	} catch (error) {
		await services.release();
		throw error;
	}
	for (const signal of ['SIGINT', 'SIGTERM'])
		process.once(signal, () => void services.release().finally(() => process.exit(1)));
}
