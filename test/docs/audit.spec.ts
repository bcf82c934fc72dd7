import { expect, it } from '@jest/globals';
import { auditActions } from '#libs/audit';
import { pageOf } from './pages.js';

it('docs/security.md lists every kind of audit event, in the words of the code', () => {
	const listed = [...pageOf('docs/security.md').text.matchAll(/^\| `([a-z_]+\.[a-z_]+)` \| (.+) \|$/gm)];
	expect(Object.fromEntries(listed.map(([, action, text]) => [action, text]))).toEqual(auditActions);
	expect(listed.length).toBeGreaterThanOrEqual(25);
});
