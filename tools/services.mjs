// PostgreSQL and Redis of this checkout, started without any setup. Node >= 20.19; needs `npm ci` to have run.
//   npm run services                 start (they stay until `down`) and print their URLs
//   npm run services down | status   stop | show
//   npm run services remove          stop and delete their data
//   … -- --profile test              those of `npm test` instead of those of `npm run up`
// DATABASE_URL / REDIS_URL, when set, are yours: nothing is started in their place.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describe, Failure } from './services/failure.mjs';
import { orphans } from './services/layout.mjs';
import { acquire, remove, status, stop } from './services/services.mjs';

export { acquire, remove, status, stop };

const USAGE = 'npm run services [up | down | status | remove] [-- --profile up|test]';
const say = (text) => process.stderr.write(`${text}\n`);

async function start(profile) {
	const need =
		profile === 'test'
			? { postgres: true, redis: true }
			: { postgres: !process.env.DATABASE_URL, redis: !process.env.REDIS_URL };
	const { ownerUrl, redisUrl, release } = await acquire(profile, { need, keep: true, say });
	await release(); // kept: they run on
	if (ownerUrl) console.log(`DATABASE_URL=${ownerUrl}`);
	if (redisUrl) console.log(`REDIS_URL=${redisUrl}`);
}

async function main() {
	const options = { profile: { type: 'string', default: 'up' } };
	const { values, positionals } = parseArgs({ options, allowPositionals: true });
	const { profile } = values;
	const [command = 'up', ...rest] = positionals;
	const commands = {
		up: () => start(profile),
		down: () => stop(profile),
		status: () =>
			console.log(JSON.stringify({ ...status(profile), leftBehind: profile === 'up' ? orphans() : [] }, null, '\t')),
		remove: () => remove(profile),
	};
	if (!Object.hasOwn(commands, command) || rest.length > 0 || !['up', 'test'].includes(profile))
		throw new Failure('this command line makes no sense', USAGE);
	await commands[command]();
}

if (process.argv[1] === fileURLToPath(import.meta.url))
	await main().catch((error) => {
		say(describe(error.code?.startsWith?.('ERR_PARSE_ARGS') ? new Failure(error.message, USAGE) : error));
		process.exitCode = 1;
	});
