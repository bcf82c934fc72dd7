import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { PasswordHasher } from './password-hasher.js';
import { formatPhc, parsePhc } from './phc.js';

it('reads what it writes', () => {
	const hash = { memoryKib: 19_456, passes: 2, lanes: 1, salt: randomBytes(16), tag: randomBytes(32) };
	expect(parsePhc(formatPhc(hash))).toEqual(hash);
});

it.each([
	'',
	'$argon2id$v=19$m=99999999,t=2,p=1$AAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAA',
	'$argon2i$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAA',
	'$2b$10$abcdefghijklmnopqrstuv',
])('refuses %s', (text) => {
	expect(parsePhc(text)).toBeUndefined();
});

it('hashes with a salt of its own and recognises only the right password, composed either way', async () => {
	const hasher = new PasswordHasher();
	const [one, two] = await Promise.all([
		hasher.hash('caf\u00e9 au lait, bitte'),
		hasher.hash('caf\u00e9 au lait, bitte'),
	]);
	expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
	expect(one).not.toBe(two);
	expect(await hasher.matches('cafe\u0301 au lait, bitte', one)).toBe(true);
	expect(await hasher.matches('cafe au lait, bitte', one)).toBe(false);
	expect(await hasher.matches('anything', null)).toBe(false);
});

it('refuses work when too much is waiting', async () => {
	const hasher = new PasswordHasher();
	const results = await Promise.allSettled(Array.from({ length: 80 }, () => hasher.hash('some long password')));
	const refused = results.filter((result) => result.status === 'rejected');
	expect(refused).toHaveLength(80 - 66);
	expect(refused.map(({ reason }) => (reason as { fault: string }).fault)).toEqual(refused.map(() => 'throttled'));
});
