import { AppError, type FieldProblem } from '#libs/kernel';
import { isCommonPassword } from './common-passwords.js';

export const PASSWORD_MIN = 15;
export const PASSWORD_MAX = 256;

const product = 'parallama';

/** One form for one password, however the keyboard composed it. Applied once, before rules and hashing. */
export const normalizedPassword = (password: string): string => password.normalize('NFC');

/** Whose password it is: what others would try first. */
export interface PasswordOwner {
	readonly email: string;
	/** Of the person and of their organizations. */
	readonly names?: readonly string[];
}

/**
 * Length in characters and what everybody tries first; no rules about kinds of characters, which only make passwords
 * predictable. Returns what is wrong, nothing when it is good.
 */
export function passwordProblems(password: string, owner: PasswordOwner): FieldProblem[] {
	const normalized = normalizedPassword(password);
	const length = charactersOf(normalized);
	if (length < PASSWORD_MIN) return [problem('too_short', `must have at least ${PASSWORD_MIN} characters`)];
	if (length > PASSWORD_MAX) return [problem('too_long', `must have at most ${PASSWORD_MAX} characters`)];
	const text = normalized.toLowerCase();
	const rest = withoutWords(text, knownWords(owner));
	if (rest !== text && charactersOf(rest) < 8)
		return [problem('too_personal', 'is little more than your name, your address, your organization or the product')];
	if (isCommonPassword(text) || isLittleMoreThan(text, usual))
		return [problem('too_common', 'is known from breaches: choose one that nobody else has')];
	if ([text, rest].some(isPattern)) return [problem('too_simple', 'is a pattern that is easy to guess')];
	return [];
}

/** @throws AppError invalid `weak_password`, with the reason. `field` names the input that holds it. */
export function demandGoodPassword(password: string, owner: PasswordOwner, field = 'password'): void {
	const details = passwordProblems(password, owner).map((found) => ({ ...found, field }));
	if (details.length > 0) throw new AppError('invalid', 'weak_password', 'This password cannot be used', { details });
}

/** Code points: what most people would count. */
const charactersOf = (text: string): number => Array.from(text).length;

const problem = (code: string, message: string): FieldProblem => ({ field: 'password', code, message });

const usual = ['password', 'passwort', 'qwertyuiop', 'letmein', 'changeme', 'welcome', 'iloveyou', 'administrator'];

/** Longest first: a name that contains another must not leave a rest of it. Each also without what separates its words. */
function knownWords({ email, names = [] }: PasswordOwner): string[] {
	const [local = '', domain = ''] = email.toLowerCase().split('@');
	const spoken = names.map((name) => name.normalize('NFC').toLowerCase());
	const words = [email.toLowerCase(), local, domain, domain.split('.')[0] ?? '', product, ...spoken];
	const joined = words.flatMap((word) => [
		word,
		word.replaceAll(/[^\p{L}\p{N}]/gu, ''),
		...word.split(/[^\p{L}\p{N}]+/u),
	]);
	return [...new Set(joined)].filter((word) => charactersOf(word) >= 3).toSorted((a, b) => b.length - a.length);
}

const withoutWords = (text: string, words: readonly string[]): string =>
	words.reduce((left, word) => left.replaceAll(word, ''), text);

function isLittleMoreThan(text: string, words: readonly string[]): boolean {
	const rest = withoutWords(text, words);
	return rest !== text && charactersOf(rest) < 8;
}

/** A short piece again and again, or a run of neighbours. */
const isPattern = (text: string): boolean => /^(.{1,7}?)\1+.{0,6}$/su.test(text) || isRun(text);

/** `abcdefghijklmno`, `987654321098765`: nearly every character is its neighbour's neighbour. */
function isRun(text: string): boolean {
	let steps = 0;
	for (let at = 1; at < text.length; at++) if (Math.abs(text.charCodeAt(at) - text.charCodeAt(at - 1)) <= 1) steps++;
	return steps >= text.length - 3;
}
