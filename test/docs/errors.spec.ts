import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { AppError, type Fault, faults } from '#libs/kernel';
import { statusFor } from '../../apps/api/src/edge/error-body.js';
import { pageOf, ROOT } from './pages.js';

interface Documented {
	readonly code: string;
	readonly fault: string;
	readonly status: string;
}

const sources = ['libs', 'apps']
	.flatMap((folder) =>
		readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
	)
	.filter((file) => /\/src\/.*\.ts$/.test(file) && !file.endsWith('.spec.ts') && !file.startsWith('libs/testing/'))
	.map((file) => readFileSync(join(ROOT, file), 'utf8'));

const isFault = (text: string | undefined): text is Fault => (faults as readonly string[]).includes(text ?? '');

/** Both in plain sight: `new AppError('fault', 'code'`, and tuples of fault, code and message. */
const forms = [/new AppError\(\s*'(\w+)',\s*'(\w+)'/g, /\[\s*'(\w+)',\s*'(\w+)',\s*'[A-Z]/g];

/** `fault code` of everything that is thrown so. */
const thrown = new Set(
	sources
		.flatMap((source) => forms.flatMap((form) => [...source.matchAll(form)]))
		.filter(([, fault]) => isFault(fault) && fault !== 'bug')
		.map(([, fault, code]) => `${fault} ${code}`),
);

/** Rows of the tables of codes: `| code | fault | status | meaning |`. */
const documented: Documented[] = [
	...pageOf('docs/errors.md').text.matchAll(/^\| `(\w+)` \| (\w+) \| (\d+|–) \| .+ \|$/gm),
].map(([, code = '', fault = '', status = '']) => ({ code, fault, status }));

describe('the list of error codes in docs/errors.md', () => {
	it('has every code that is thrown, with its fault', () => {
		expect(thrown.size).toBeGreaterThan(40);
		const listed = new Set(documented.map(({ fault, code }) => `${fault} ${code}`));
		expect([...thrown].filter((pair) => !listed.has(pair)).toSorted()).toEqual([]);
	});

	it('has no code that nothing throws', () => {
		const isSomewhere = (code: string) => sources.some((source) => source.includes(`'${code}'`));
		expect(documented.map(({ code }) => code).filter((code) => !isSomewhere(code))).toEqual([]);
	});

	it('has each code once, with a fault that exists', () => {
		const pairs = documented.map(({ fault, code }) => `${fault} ${code}`);
		expect(pairs).toEqual([...new Set(pairs)]);
		expect(documented.filter(({ fault }) => !isFault(fault))).toEqual([]);
	});

	it('names the status that is answered', () => {
		const wrong = documented
			.filter(({ status }) => status !== '–')
			.map(({ code, fault, status }) => ({
				code,
				status,
				answered: String(statusFor('envelope', new AppError(fault as Fault, code, ''))),
			}))
			.filter(({ status, answered }) => status !== answered);
		expect(wrong).toEqual([]);
	});
});
