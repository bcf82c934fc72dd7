import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { wholePasswords } from './common-passwords.data.js';
import { demandGoodPassword, passwordProblems } from './password-rules.js';

const owner = { email: 'jane.doe@acme.example', names: ['Jane Doe', 'Müller & Söhne'] };
const codes = (password: string) => passwordProblems(password, owner).map(({ code }) => code);

it.each([
	'correct horse battery staple',
	'Vq3-xUp9-Lm2z-tR7',
	'密码是一个很长的句子而且没有人会猜到它',
	'\u{1F600}'.repeat(3) + 'twelve letters',
])('accepts %s', (password) => {
	expect(codes(password)).toEqual([]);
});

it('counts characters, not code units, after composing them', () => {
	expect(codes('e\u0301'.repeat(7) + 'abcdefg')).toEqual(['too_short']);
	expect(codes('\u{1F600}'.repeat(14))).toEqual(['too_short']);
	expect(codes('x1 y2 z3 '.repeat(29).slice(0, 257))).toEqual(['too_long']);
});

it.each([
	['jane.doe@acme.example', 'too_personal'],
	['jane.doe@acme.example1', 'too_personal'],
	['Jane-Doe-Jane-Doe-1', 'too_personal'],
	['parallama123456', 'too_personal'],
	['ParallamaParallama', 'too_personal'],
	['Müller & Söhne 2026', 'too_personal'],
	['müllersöhne-2026!', 'too_personal'],
	['passwordpassword1', 'too_common'],
	['PASSWORDPASSWORD', 'too_common'],
	['p4ssw0rdp4ssw0rd', 'too_common'],
	['1qaz2wsx3edc4rfv', 'too_common'],
	['ILoveYouPrincess', 'too_common'],
	['princess-football', 'too_common'],
	['qwertyuiopasdfghjkl', 'too_common'],
	['öööööööööööööööööö', 'too_simple'],
	['abcabcabcabcabcabc', 'too_simple'],
	['abcdefghijklmnopq', 'too_simple'],
	['nopqrstuvwxyz{|}~', 'too_simple'],
])('refuses %s, saying why', (password, code) => {
	expect(codes(password)).toEqual([code]);
	expect(passwordProblems(password, owner)[0]?.message).toMatch(/little more|breaches|pattern/);
});

it('refuses 3,000 passwords of policy length that are known from breaches, and more that only their digests name', () => {
	const file = new URL('../test/support/breached-passwords.txt', import.meta.url);
	const breached = readFileSync(file, 'utf8').trim().split('\n');
	const accepted = breached.filter((password) => codes(password).length === 0);
	process.stdout.write(`${breached.length} breached passwords tried, ${accepted.length} accepted\n`);
	expect(breached.length).toBeGreaterThan(3_000);
	expect(accepted).toEqual([]);
	const digests = wholePasswords.match(/.{8}/g) ?? [];
	expect(new Set(digests).size).toBe(digests.length);
	expect(digests.length).toBeGreaterThan(12_000);
});

it('asks for no kinds of characters', () => {
	expect(codes('giraffes hum quietly at dusk')).toEqual([]);
	expect(codes('онтихопоётпесниувод')).toEqual([]);
	const every = Array.from({ length: 95 }, (_, n) => String.fromCharCode(32 + n)).toReversed();
	expect(codes(every.filter((_, n) => n % 3 === 0).join(''))).toEqual([]);
});

it.each([15, 64, 128, 256])('accepts %d characters', (length) => {
	const text = Array.from({ length: 64 }, (_, n) => `${(n * 7919) % 997}`.padStart(4, 'w')).join('');
	expect(codes(text.slice(0, length))).toEqual([]);
});

it.each([
	['demand', '12345', 'newPassword'],
	['demand', 'parallama-parallama', 'password'],
])('%s names the field and the reason', (_name, password, field) => {
	expect(() => demandGoodPassword(password, owner, field)).toThrow(
		expect.objectContaining({ code: 'weak_password', details: [expect.objectContaining({ field })] }),
	);
});
