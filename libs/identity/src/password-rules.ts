import type { FieldProblem } from '#libs/kernel';

export const PASSWORD_MIN = 15;
export const PASSWORD_MAX = 256;

const product = 'parallama';

/** One form for one password, however the keyboard composed it. Applied once, before rules and hashing. */
export const normalizedPassword = (password: string): string => password.normalize('NFC');

/**
 * Length in characters and a small block-list; no rules about kinds of characters, which only make passwords predictable.
 * Returns what is wrong, nothing when it is good.
 */
export function passwordProblems(password: string, email: string): FieldProblem[] {
	const normalized = normalizedPassword(password);
	const length = charactersOf(normalized);
	if (length < PASSWORD_MIN) return [problem('too_short', `must have at least ${PASSWORD_MIN} characters`)];
	if (length > PASSWORD_MAX) return [problem('too_long', `must have at most ${PASSWORD_MAX} characters`)];
	if (isGuessable(normalized, email)) return [problem('too_common', 'is too easy to guess')];
	return [];
}

/** Code points: what most people would count. */
const charactersOf = (text: string): number => Array.from(text).length;

const problem = (code: string, message: string): FieldProblem => ({ field: 'password', code, message });

/** A short pattern repeated or a run of neighbours, also after names and known words are taken away, or little else than those. */
function isGuessable(password: string, email: string): boolean {
	const text = password.toLowerCase();
	const [local = '', domain = ''] = email.toLowerCase().split('@');
	const known = [
		email.toLowerCase(),
		local,
		domain,
		product,
		'password',
		'passwort',
		'qwertyuiop',
		'letmein',
		'changeme',
	];
	const rest = known.filter((word) => word.length >= 3).reduce((left, word) => left.replaceAll(word, ''), text);
	if (rest !== text && charactersOf(rest) < 8) return true;
	return [text, rest].some((part) => /^(.{1,7}?)\1+.{0,6}$/su.test(part) || isRun(part));
}

/** `abcdefghijklmno`, `987654321098765`: nearly every character is its neighbour's neighbour. */
function isRun(text: string): boolean {
	let steps = 0;
	for (let at = 1; at < text.length; at++) if (Math.abs(text.charCodeAt(at) - text.charCodeAt(at - 1)) <= 1) steps++;
	return steps >= text.length - 3;
}
