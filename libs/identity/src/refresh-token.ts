import { createHash, randomBytes } from 'node:crypto';

const PREFIX = 'plr_';
const shape = /^plr_[\w-]{43}$/;

/** Milliseconds in which a used token is answered with the same successor: parallel tabs, a lost answer. */
export const GRACE_MS = 10_000;
/** A session that is not used for so long ends. */
export const IDLE_DAYS = 14;
/** The same in seconds: how long a client need keep a token. */
export const REFRESH_TOKEN_SECONDS = IDLE_DAYS * 86_400;
/** A session ends after this long, used or not. */
export const ABSOLUTE_DAYS = 90;

/** 256 random bits; says nothing about anybody. */
export const newRefreshToken = (): string => PREFIX + randomBytes(32).toString('base64url');

export const isRefreshToken = (text: string): boolean => text.length === 47 && shape.test(text);

/** What is stored: a random token needs no salt. */
export const refreshTokenHash = (token: string): Buffer => createHash('sha256').update(token).digest();

/** A token and its session as they are in the database, once nobody else can change them. */
export interface TokenState {
	readonly isSessionOpen: boolean;
	readonly isExpired: boolean;
	/** Milliseconds since it was exchanged; `null`: never. */
	readonly usedForMs: number | null;
	readonly hasSuccessor: boolean;
}

/**
 * `rotate`: a first use. `repeat`: used moments ago, hand out the same successor. `reuse`: somebody else has a copy, end the
 * session. `refuse`: it is over.
 */
export function judge(token: TokenState): 'rotate' | 'repeat' | 'reuse' | 'refuse' {
	if (!token.isSessionOpen) return 'refuse';
	if (token.usedForMs === null) return token.isExpired ? 'refuse' : 'rotate';
	return token.usedForMs <= GRACE_MS && token.hasSuccessor ? 'repeat' : 'reuse';
}
