import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { auditActions } from '#libs/audit';
import { pageOf, ROOT } from './pages.js';

it('docs/security.md lists every kind of audit event, in the words of the code', () => {
	const listed = [...pageOf('docs/security.md').text.matchAll(/^\| `([a-z_]+\.[a-z_]+)` \| (.+) \|$/gm)];
	expect(Object.fromEntries(listed.map(([, action, text]) => [action, text]))).toEqual(auditActions);
	expect(listed.length).toBeGreaterThanOrEqual(25);
});

it('every kind of audit event is recorded somewhere', () => {
	const sources = ['libs', 'apps'].flatMap((folder) =>
		readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
			.filter((file) => /\/src\/.*\.ts$/.test(file) && !/\.spec\.ts$|audit-actions\.ts$/.test(file))
			.map((file) => readFileSync(join(ROOT, folder, file), 'utf8')),
	);
	const isRecorded = (action: string) => sources.some((source) => source.includes(`'${action}'`));
	expect(Object.keys(auditActions).filter((action) => !isRecorded(action))).toEqual([]);
});
