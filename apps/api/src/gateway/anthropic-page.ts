import { AppError } from '#libs/kernel';

/** As the query string has it. */
export interface PageQuery {
	readonly after_id?: unknown;
	readonly before_id?: unknown;
	readonly limit?: unknown;
}

const DEFAULT_LIMIT = 20;
const MOST = 1_000;

/** A page of a list in Anthropic's form: behind `after_id`, or just before `before_id`. @throws AppError invalid */
export function pageOf<Item extends { readonly id: string }>(items: readonly Item[], query: PageQuery): object {
	const limit = limitOf(query.limit);
	const after = positionOf(items, 'after_id', query.after_id);
	const before = positionOf(items, 'before_id', query.before_id);
	const start = before === undefined ? (after ?? -1) + 1 : Math.max(0, before - limit);
	const end = Math.min(before ?? items.length, start + limit);
	const data = items.slice(start, end);
	return {
		data,
		has_more: before === undefined ? end < items.length : start > 0,
		first_id: data[0]?.id ?? null,
		last_id: data.at(-1)?.id ?? null,
	};
}

function limitOf(given: unknown): number {
	const limit = given === undefined ? DEFAULT_LIMIT : Number(given);
	if (Number.isSafeInteger(limit) && limit >= 1 && limit <= MOST) return limit;
	throw invalid('limit', `must be a whole number from 1 to ${MOST}`);
}

function positionOf(items: readonly { readonly id: string }[], name: string, id: unknown): number | undefined {
	if (id === undefined || id === '') return undefined;
	const at = items.findIndex((item) => item.id === id);
	if (at === -1) throw invalid(name, 'must be the id of a model of this list');
	return at;
}

const invalid = (param: string, problem: string): AppError =>
	new AppError('invalid', 'invalid_field', `${param} ${problem}`, { param });
