import type { RateLimit } from '#libs/redis';
import { routeConfig } from './route-config.js';

interface LimitClass extends RateLimit {
	/** Whether tries count that turn out well. */
	readonly counts: 'all' | 'failures';
}

const QUARTER_MS = 15 * 60_000;
const HOUR_MS = 3_600_000;

/** How often one network may call routes that anybody may call. What one account bears is the business of `identity`. */
export const limitClasses = {
	/** Passwords. */
	login: { name: 'login', burst: 100, perMs: QUARTER_MS, counts: 'failures' },
	/** Refresh tokens. */
	refresh: { name: 'refresh', burst: 300, perMs: QUARTER_MS, counts: 'failures' },
	/** Codes out of mails. */
	code: { name: 'code', burst: 60, perMs: QUARTER_MS, counts: 'failures' },
	/** Links to conversations, and their passwords. */
	share: { name: 'share', burst: 60, perMs: QUARTER_MS, counts: 'failures' },
	/** What makes us write a mail. */
	mail: { name: 'mail', burst: 30, perMs: HOUR_MS, counts: 'all' },
} as const satisfies Readonly<Record<string, LimitClass>>;

export type LimitName = keyof typeof limitClasses;

/** The limit of a route. Every route that changes something and is open to anybody has one. */
export const Limited = (limit: LimitName): MethodDecorator => routeConfig({ limit });
