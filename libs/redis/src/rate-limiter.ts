import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { RedisBreaker } from './breaker.js';
import { costOf, quotaOf, type RateClaim, type RateQuota, type RateVerdict, waitOf } from './rate-limit.js';
import { RedisConnection } from './redis-connection.js';
import { Script } from './script.js';

/**
 * All claims or none. Arguments: cost and period of each, in milliseconds. Returns the claim that waits longest, how long, and
 * then for each how long it takes until everything is paid back.
 */
const takeScript = new Script<[denied: number, longest: number, ...debts: number[]]>(
	`local time = redis.call('TIME')
	local now = time[1] * 1000 + math.floor(time[2] / 1000)
	local denied, longest, debts = 0, 0, {}
	for i, key in ipairs(KEYS) do
		local cost, period = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
		debts[i] = math.max(tonumber(redis.call('GET', key) or 0), now) + cost
		local wait = debts[i] - period - now
		if wait > longest then denied, longest = i, wait end
	end
	local answer = { denied, math.ceil(longest) }
	for i, key in ipairs(KEYS) do
		if denied == 0 then redis.call('SET', key, string.format('%.3f', debts[i]), 'PX', math.ceil(debts[i] - now)) end
		answer[i + 2] = math.floor(debts[i] - now - (denied > 0 and tonumber(ARGV[2 * i - 1]) or 0))
	end
	return answer`,
	1, // and as many more as there are claims
);

/** Pays one try of each claim back. */
const giveBackScript = new Script<number>(
	`local time = redis.call('TIME')
	local now = time[1] * 1000 + math.floor(time[2] / 1000)
	for i, key in ipairs(KEYS) do
		local debt = tonumber(redis.call('GET', key) or 0) - tonumber(ARGV[2 * i - 1])
		if debt > now then redis.call('SET', key, string.format('%.3f', debt), 'PX', math.ceil(debt - now))
		else redis.call('DEL', key) end
	end
	return 0`,
	1, // and as many more as there are claims
);

const REMEMBERED = 50_000;

/**
 * Limits that all replicas share: in Redis, by its clock, in one step. While Redis is away each process counts for itself,
 * so limits get wider by the number of replicas and never end.
 */
@Injectable()
export class RateLimiter {
	private readonly own = new LRUCache<string, number>({ max: REMEMBERED });

	constructor(
		private readonly redis: RedisConnection,
		private readonly breaker: RedisBreaker,
	) {}

	/** Takes one try of every claim, or of none when one of them is used up. */
	async take(claims: readonly RateClaim[]): Promise<RateVerdict> {
		const answer = await this.ask(takeScript, claims);
		if (answer === undefined) return this.takeHere(claims);
		const [denied, retryAfterMs, ...debts] = answer;
		const quotas = claims.map(({ limit }, at) => quotaOf(limit, debts[at] ?? 0));
		return denied === 0
			? { isAllowed: true, quotas }
			: { isAllowed: false, deniedBy: denied - 1, retryAfterMs, quotas };
	}

	/** For tries that turned out well. */
	async giveBack(claims: readonly RateClaim[]): Promise<void> {
		const answer = await this.ask(giveBackScript, claims);
		if (answer !== undefined) return;
		for (const claim of claims) {
			const debt = (this.own.get(keyOf(claim)) ?? 0) - costOf(claim.limit);
			this.own.set(keyOf(claim), debt);
		}
	}

	private async ask<Result>(script: Script<Result>, claims: readonly RateClaim[]): Promise<Result | undefined> {
		if (this.breaker.isOpen) return undefined;
		try {
			const numbers = claims.flatMap(({ limit }) => [costOf(limit), limit.perMs]);
			const answer = await script.run(this.redis.client, [...claims.map(keyOf), ...numbers], claims.length);
			this.breaker.succeeded();
			return answer;
		} catch (error) {
			this.breaker.failed(error);
			return undefined;
		}
	}

	private takeHere(claims: readonly RateClaim[]): RateVerdict {
		const now = performance.now();
		const waits = claims.map((claim) => waitOf(claim.limit, this.own.get(keyOf(claim)) ?? 0, now));
		const longest = Math.max(...waits);
		if (longest > 0) {
			const quotas = claims.map((claim) => this.quotaHere(claim, now));
			return { isAllowed: false, deniedBy: waits.indexOf(longest), retryAfterMs: Math.ceil(longest), quotas };
		}
		for (const claim of claims)
			this.own.set(keyOf(claim), Math.max(this.own.get(keyOf(claim)) ?? 0, now) + costOf(claim.limit));
		return { isAllowed: true, quotas: claims.map((claim) => this.quotaHere(claim, now)) };
	}

	private quotaHere(claim: RateClaim, now: number): RateQuota {
		return quotaOf(claim.limit, Math.max(0, (this.own.get(keyOf(claim)) ?? 0) - now));
	}
}

/** One hash slot: a script takes several of them in one step. */
const keyOf = ({ limit, subject }: RateClaim): string => `{limits}:${limit.name}:${subject}`;
