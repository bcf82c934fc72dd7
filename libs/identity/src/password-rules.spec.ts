import { expect, it } from '@jest/globals';
import { passwordProblems } from './password-rules.js';

const codes = (password: string) => passwordProblems(password, 'jane.doe@acme.example').map(({ code }) => code);

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
	'jane.doe@acme.example',
	'jane.doe@acme.example1',
	'parallama123456',
	'ParallamaParallama',
	'aaaaaaaaaaaaaaaaaa',
	'abcabcabcabcabcabc',
	'passwordpassword1',
	'abcdefghijklmnopq',
	'1234567890123456789',
])('refuses %s', (password) => {
	expect(codes(password)).toEqual(['too_common']);
});
