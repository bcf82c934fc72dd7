import type { ModelAccess } from '#libs/kernel';
import { fitsGlob } from './globs.js';

/** What one role or key says of dialects and models. */
export interface ModelRule {
	/** `null`: all. */
	readonly dialects: readonly string[] | null;
	/** Patterns of names; `null`: all. */
	readonly allow: readonly string[] | null;
	/** Patterns; they win. Upper and lower case are alike here. */
	readonly deny: readonly string[];
}

/** Rules of which one must fit: those of several roles. */
export type ModelRules = readonly ModelRule[];

const restricts = ({ dialects, allow, deny }: ModelRule): boolean =>
	dialects !== null || allow !== null || deny.length > 0;

const MEMORY = 1_000;

/** Groups of rules of which each must have one that fits. Remembers its answers: a caller asks for the same few models. */
export class RestrictedModels implements ModelAccess {
	private readonly answers = new Map<string, boolean>();

	constructor(readonly groups: readonly ModelRules[]) {}

	allowsDialect(dialect: string): boolean {
		return this.groups.every((rules) => rules.some((rule) => takesDialect(rule, dialect)));
	}

	allows(dialect: string, name: string, target: string = name): boolean {
		const question = `${dialect}\n${name}\n${target}`;
		const known = this.answers.get(question);
		if (known !== undefined) return known;
		const answer = this.groups.every((rules) => rules.some((rule) => takes(rule, dialect, name, target)));
		if (this.answers.size >= MEMORY) this.answers.clear();
		this.answers.set(question, answer);
		return answer;
	}
}

/** `undefined` when nothing is restricted: then a call has nothing to ask. A group without rules says nothing. */
export function modelAccessOf(groups: readonly (ModelRules | null)[]): RestrictedModels | undefined {
	const restricting = groups.filter(
		(rules): rules is ModelRules => rules !== null && rules.length > 0 && rules.every(restricts),
	);
	return restricting.length === 0 ? undefined : new RestrictedModels(restricting);
}

/**
 * Whether whoever has `access` may hand on `rule`: it lets nothing through that they may not use. Careful, not clever: a
 * pattern is covered by the same pattern, or, without wildcards, by one that it fits.
 */
export function coversRule(access: ModelAccess | undefined, rule: ModelRule): boolean {
	if (access === undefined) return true;
	return access instanceof RestrictedModels && access.groups.every((rules) => rules.some((held) => covers(held, rule)));
}

function covers(held: ModelRule, rule: ModelRule): boolean {
	const areDialectsHeld =
		held.dialects === null || rule.dialects?.every((name) => held.dialects?.includes(name)) === true;
	const areModelsHeld =
		held.allow === null || rule.allow?.every((pattern) => held.allow?.some((own) => isWithin(pattern, own))) === true;
	return areDialectsHeld && areModelsHeld && held.deny.every((pattern) => rule.deny.includes(pattern));
}

const isWithin = (pattern: string, own: string): boolean =>
	pattern === own || (!/[*?]/.test(pattern) && fitsGlob(own, pattern));

const takesDialect = ({ dialects }: ModelRule, dialect: string): boolean =>
	dialects === null || dialects.includes(dialect);

function takes(rule: ModelRule, dialect: string, name: string, target: string): boolean {
	if (!takesDialect(rule, dialect)) return false;
	if (rule.deny.some((pattern) => fitsModel(pattern, name) || fitsModel(pattern, target))) return false;
	return rule.allow === null || rule.allow.some((pattern) => formsOf(name).some((form) => fitsGlob(pattern, form)));
}

/** How patterns fit that forbid or limit: in upper and lower case alike, so that no spelling gets around them. */
export function fitsModel(pattern: string, name: string): boolean {
	const folded = pattern.toLowerCase();
	return formsOf(name.toLowerCase()).some((form) => fitsGlob(folded, form));
}

const LATEST = ':latest';

/** Ollama's clients may leave out `:latest`, or not. */
function formsOf(name: string): readonly string[] {
	if (name.endsWith(LATEST)) return [name, name.slice(0, -LATEST.length)];
	return name.includes(':') ? [name] : [name, name + LATEST];
}
