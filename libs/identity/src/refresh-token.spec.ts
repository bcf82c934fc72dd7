import { expect, it } from '@jest/globals';
import { isRefreshToken, judge, newRefreshToken, refreshTokenHash, type TokenState } from './refresh-token.js';

const fresh: TokenState = { isSessionOpen: true, isExpired: false, usedForMs: null, hasSuccessor: false };
const used = { ...fresh, hasSuccessor: true };

it('recognises its own form only', () => {
	expect(isRefreshToken(newRefreshToken())).toBe(true);
	for (const text of ['', 'plr_', `${newRefreshToken()}x`, newRefreshToken().slice(1), `plr_${'\0'.repeat(43)}`])
		expect(isRefreshToken(text)).toBe(false);
});

it('stores 32 bytes that are not the token', () => {
	const token = newRefreshToken();
	expect(refreshTokenHash(token)).toHaveLength(32);
	expect(refreshTokenHash(token)).toEqual(refreshTokenHash(token));
	expect(refreshTokenHash(token)).not.toEqual(refreshTokenHash(newRefreshToken()));
});

it.each([
	['a first use', fresh, 'rotate'],
	['an expired token', { ...fresh, isExpired: true }, 'refuse'],
	['a second use at once', { ...used, usedForMs: 0 }, 'repeat'],
	['a second use after 10 s', { ...used, usedForMs: 10_000 }, 'repeat'],
	['a second use after more', { ...used, usedForMs: 10_001 }, 'reuse'],
	['a second use without a kept successor', { ...used, hasSuccessor: false, usedForMs: 1 }, 'reuse'],
	['a used token that has expired, too', { ...used, isExpired: true, usedForMs: 60_000 }, 'reuse'],
	['any token of a session that is over', { ...used, isSessionOpen: false, usedForMs: 60_000 }, 'refuse'],
] as const)('judges %s', (_name, token, verdict) => {
	expect(judge(token)).toBe(verdict);
});
