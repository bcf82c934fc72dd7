import { expect, it } from '@jest/globals';
import { newId } from '#libs/kernel';
import { keyOf } from './file-path.js';

const organizationId = newId();

it('is below the organization', () => {
	expect(keyOf({ organizationId }, 'exports/a.zip')).toBe(`${organizationId}/exports/a.zip`);
});
it.each([
	'',
	'/',
	'a//b',
	'/a',
	'a/',
	'.',
	'..',
	'a/../b',
	'a/.b',
	'..\\a',
	'a\\b',
	'a b',
	'A',
	'a\0',
	'ä',
	'x'.repeat(513),
])('is never %j', (path) => {
	expect(() => keyOf({ organizationId }, path)).toThrow('Not a path');
});
it('needs an organization', () => {
	expect(() => keyOf({ organizationId: '..' }, 'a')).toThrow('Not a path');
});
