import { hash } from 'node:crypto';
import { passwordParts, wholePasswords } from './common-passwords.data.js';

const DIGEST = 8; // characters
const PART_MIN = 4;

/** Read on first use: most processes never check a new password. */
class DigestList {
	private set: Set<string> | undefined;
	constructor(private readonly digests: string) {}

	has(word: string): boolean {
		this.set ??= new Set(
			Array.from({ length: this.digests.length / DIGEST }, (_, n) => this.digests.slice(n * DIGEST, (n + 1) * DIGEST)),
		);
		return this.set.has(hash('sha256', word, 'base64').slice(0, DIGEST));
	}
}

const whole = new DigestList(wholePasswords);
const parts = new DigestList(passwordParts);

const lookalikes: Readonly<Record<string, string>> = {
	0: 'o',
	1: 'i',
	3: 'e',
	4: 'a',
	5: 's',
	7: 't',
	'@': 'a',
	$: 's',
	'!': 'i',
};

/** Letters for the digits and signs that people put in their place. */
const spelledOut = (text: string): string => text.replaceAll(/[013457@$!]/g, (sign) => lookalikes[sign] ?? sign);
/** Without what people append when a password is too short or too old. */
const withoutTail = (text: string): string => text.replace(/[\d\W_]{1,6}$/u, '');

/** Known from breaches as it is, spelled otherwise or with a tail; or two such words behind each other. `text` in lower case. */
export function isCommonPassword(text: string): boolean {
	const forms = new Set([text, withoutTail(text), spelledOut(text), spelledOut(withoutTail(text))]);
	return [...forms].some((form) => whole.has(form) || isPart(form) || isPair(form));
}

const isPart = (text: string): boolean => text.length >= PART_MIN && parts.has(text);

function isPair(text: string): boolean {
	for (let at = PART_MIN; at <= text.length - PART_MIN; at++)
		if (isPart(text.slice(0, at)) && isPart(text.slice(at).replace(/^[\s._-]/, ''))) return true;
	return false;
}
