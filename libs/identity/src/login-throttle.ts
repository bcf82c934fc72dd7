import { hash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { Injectable } from '@nestjs/common';
import { AppError } from '#libs/kernel';
import { type RateClaim, RateLimiter, type RateLimit } from '#libs/redis';
import type { Client } from './client.js';
import { UserRepository } from './persistence/user.repository.js';

const QUARTER_MS = 15 * 60_000;
const HOUR_MS = 3_600_000;

/** Failed attempts for one account, from wherever: well below the hundred after which guessing could pay. */
const perAccount: RateLimit = { name: 'login-account', burst: 50, perMs: HOUR_MS };
/** Failed attempts for one account from one network. */
const perBoth: RateLimit = { name: 'login-account-network', burst: 10, perMs: QUARTER_MS };
/** Mails that anybody can make us write to one address. */
const perAddress: RateLimit = { name: 'mail-address', burst: 5, perMs: HOUR_MS };
/** Wrong passwords of somebody who is signed in. */
const perUser: RateLimit = { name: 'password-user', burst: 10, perMs: QUARTER_MS };

/** What an attempt has taken; given back when it turns out well. */
export type Attempt = readonly RateClaim[];

/**
 * Slows guessing at one account down and never locks its owner out: when strangers have used an account's attempts up, a network from
 * which somebody signed in to it before still has attempts of its own. Whether an account exists makes no difference.
 */
@Injectable()
export class LoginThrottle {
	constructor(
		private readonly limiter: RateLimiter,
		private readonly users: UserRepository,
	) {}

	/** @throws AppError throttled `too_many_attempts` */
	async enter(email: string, { ip }: Client): Promise<Attempt> {
		const account = digestOf(email);
		const own: Attempt = [{ limit: perBoth, subject: `${account}:${networkOf(ip)}` }];
		const all = [...own, { limit: perAccount, subject: account }];
		const verdict = await this.limiter.take(all);
		if (verdict.isAllowed) return all;
		const isKnown = await this.users.isKnownClient(email, ip);
		const again = isKnown ? await this.limiter.take(own) : verdict;
		if (!again.isAllowed) throw tooMany(again.retryAfterMs);
		return own;
	}

	/** For a request that is answered by mail. @throws AppError throttled `too_many_attempts` */
	async enterRequest(email: string): Promise<void> {
		const verdict = await this.limiter.take([{ limit: perAddress, subject: digestOf(email) }]);
		if (!verdict.isAllowed) throw tooMany(verdict.retryAfterMs);
	}

	/** For the password of somebody who is signed in. @throws AppError throttled `too_many_attempts` */
	async enterAs(userId: string): Promise<Attempt> {
		const attempt = [{ limit: perUser, subject: userId }];
		const verdict = await this.limiter.take(attempt);
		if (!verdict.isAllowed) throw tooMany(verdict.retryAfterMs);
		return attempt;
	}

	async succeeded(attempt: Attempt): Promise<void> {
		await this.limiter.giveBack(attempt);
	}
}

/** No addresses in Redis. */
const digestOf = (email: string): string => hash('sha256', email.toLowerCase(), 'base64url');

const tooMany = (retryAfterMs: number): AppError =>
	new AppError('throttled', 'too_many_attempts', 'Too many attempts: wait a while', { retryAfterMs });

/** Of IPv6 the network that one customer has. */
export const networkOf = (ip: string): string =>
	isIPv6(ip) && !ip.includes('.') ? `${expanded(ip).slice(0, 4).join(':')}::/64` : ip;

/** The eight groups. */
function expanded(ip: string): string[] {
	const [head = '', tail] = ip.split('::');
	const left = head.split(':').filter((group) => group !== '');
	const right = (tail ?? '').split(':').filter((group) => group !== '');
	const gap = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0');
	return [...left, ...gap, ...right].map((group) => group.toLowerCase());
}
