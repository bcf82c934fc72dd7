import { AppError, type FieldProblem } from '#libs/kernel';
import { type MessageRole, messageRoles } from '../message.js';
import { folded, phraseOf } from './words.js';

export const searchModes = ['words', 'substring'] as const;
export type SearchMode = (typeof searchModes)[number];

export interface SearchTerm {
	/** Folded. */
	readonly text: string;
	readonly isExcluded: boolean;
}

/** What somebody is looking for. */
export interface SearchQuery {
	readonly terms: readonly SearchTerm[];
	readonly role?: MessageRole;
	readonly model?: string;
	readonly tag?: string;
	readonly folder?: string;
	readonly before?: Date;
	readonly after?: Date;
}

/** As the function of the database reads it. */
export type DatabaseQuery = Readonly<Record<string, unknown>>;

const MAX_TERMS = 20;
const SHORTEST_SUBSTRING = 3;
const operators = ['role', 'model', 'tag', 'folder', 'before', 'after'] as const;
type Operator = (typeof operators)[number];

/** `-` before, a name and a colon, then a text in quotes or up to the next space. */
const pieces = /(-?)(?:([a-z]+):(?:"([^"]*)"?|(\S*))|"([^"]*)"?|(\S+))/g;

const isOperator = (name: string | undefined): name is Operator => operators.some((one) => one === name);

/**
 * Reads `words "a phrase" -word role:user model:x tag:x folder:"a b" before:2026-01-31 after:2026-01-01`. What has no known name
 * before the colon is text.
 * @throws AppError invalid, naming what is wrong
 */
export function readQuery(text: string): SearchQuery {
	const terms: SearchTerm[] = [];
	const filters: Record<string, unknown> = {};
	for (const [whole, minus, name, ...values] of text.matchAll(pieces)) {
		const value = values.find((one) => one !== undefined) ?? '';
		if (minus === '' && isOperator(name)) filters[name] = readOperator(name, value);
		else terms.push({ text: folded(textOf(whole, name, value)), isExcluded: minus === '-' });
	}
	const kept = terms.filter((term) => phraseOf(term.text) !== undefined);
	if (kept.length > MAX_TERMS) throw wrong('too_many', `At most ${MAX_TERMS} words and phrases`);
	if (kept.every(({ isExcluded }) => isExcluded) && Object.keys(filters).length === 0)
		throw wrong('required', 'Needs a word to look for, or an operator such as role: or tag:');
	return { ...filters, terms: kept };
}

/** An unknown name belongs to the text: `https://…`, `note: this`. */
const textOf = (whole: string, name: string | undefined, value: string): string =>
	name === undefined ? value : whole.replace(/^-/, '').replaceAll('"', '');

function readOperator(name: Operator, value: string): unknown {
	if (value === '') throw wrong('required', `${name}: needs a value`);
	if (name === 'before' || name === 'after') return readDate(name, value);
	if (name === 'role' && !messageRoles.some((role) => role === value))
		throw wrong('not_allowed', `role: is one of ${messageRoles.join(', ')}`);
	return value;
}

function readDate(name: Operator, value: string): Date {
	const date = /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z)?$/.test(value) ? new Date(value) : new Date(Number.NaN);
	if (Number.isNaN(date.getTime())) throw wrong('wrong_format', `${name}: takes a date such as 2026-01-31, in UTC`);
	return date;
}

/** @throws AppError invalid: a part of a word needs three characters */
export function databaseQueryOf(query: SearchQuery, mode: SearchMode): DatabaseQuery {
	const { terms, ...filters } = query;
	if (mode === 'words') {
		const words = terms.map(({ text, isExcluded }) => `${isExcluded ? '!' : ''}(${phraseOf(text)})`).join(' & ');
		return { ...filters, ...(words === '' ? {} : { words }) };
	}
	const wanted = terms.filter(({ isExcluded }) => !isExcluded);
	if (wanted.length > 0 && !wanted.some(({ text }) => Array.from(text).length >= SHORTEST_SUBSTRING))
		throw wrong('too_short', 'Parts of words are found from three characters on');
	const patterns = wanted.map(({ text }) => likeOf(text));
	return {
		...filters,
		...(patterns.length === 0 ? {} : { patterns }),
		notPatterns: terms.filter(({ isExcluded }) => isExcluded).map(({ text }) => likeOf(text)),
	};
}

/** Nothing in it is a wildcard. */
const likeOf = (text: string): string => `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;

function wrong(code: string, message: string): AppError {
	const details: FieldProblem[] = [{ field: 'q', code, message }];
	return new AppError('invalid', 'validation_failed', message, { details });
}
