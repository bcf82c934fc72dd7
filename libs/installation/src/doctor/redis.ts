import { Redis } from 'ioredis';
import type { Config } from '#libs/config';
import { type Finding, ok, problem, reasonOf, warning } from './finding.js';

const OLDEST_MAJOR = 7;
const CLOCK_LIMIT_MS = 2_000;
const TIMEOUT_MS = 3_000;

/** Redis: version, what it does when it is full, clock. */
export async function examineRedis(config: Config): Promise<Finding[]> {
	const redis = new Redis(config.redis.REDIS_URL, {
		lazyConnect: true,
		maxRetriesPerRequest: 0,
		retryStrategy: () => null,
		connectTimeout: TIMEOUT_MS,
		commandTimeout: TIMEOUT_MS,
	});
	let lost: Error | undefined;
	redis.on('error', (error: Error) => {
		lost = error;
	});
	try {
		await redis.connect();
		const [info, [seconds]] = await Promise.all([redis.info(), redis.time()]);
		return findings(info, Number(seconds) * 1_000);
	} catch (error) {
		return [
			problem('redis', reasonOf(lost ?? error), 'is it running, and is REDIS_URL its address, with its password?'),
		];
	} finally {
		redis.disconnect();
	}
}

function findings(info: string, nowMs: number): Finding[] {
	const said = (name: string): string => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? 'unknown';
	const version = said('redis_version');
	const policy = said('maxmemory_policy');
	const offMs = Math.max(0, Math.abs(Date.now() - nowMs) - 1_000);
	return [
		Number.parseInt(version, 10) >= OLDEST_MAJOR
			? ok('redis', `version ${version}`)
			: problem('redis', `version ${version}`, 'Redis 7 or newer is needed'),
		policy === 'noeviction' || policy === 'unknown'
			? ok('redis when it is full', policy)
			: warning(
					'redis when it is full',
					policy,
					'set maxmemory-policy to noeviction: counters of limits must not be thrown away',
				),
		offMs <= CLOCK_LIMIT_MS
			? ok('clock of redis', 'as here')
			: warning('clock of redis', `${Math.round(offMs / 1_000)} s off`, 'let both machines keep time by NTP'),
	];
}
