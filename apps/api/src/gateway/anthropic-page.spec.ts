import { describe, expect, it } from '@jest/globals';
import { pageOf } from './anthropic-page.js';

const items = Array.from({ length: 45 }, (_, n) => ({ id: `m${n}` }));
const page = (query: object) => {
	const { data, ...rest } = pageOf(items, query) as { data: { id: string }[] };
	return { ids: data.map(({ id }) => id), ...rest };
};
const ids = (from: number, to: number) => items.slice(from, to).map(({ id }) => id);

describe('a page in Anthropic’s form', () => {
	it.each([
		[{}, 0, 20, true],
		[{ limit: '45' }, 0, 45, false],
		[{ limit: '3', after_id: 'm3' }, 4, 7, true],
		[{ limit: '3', after_id: 'm41' }, 42, 45, false],
		[{ after_id: 'm44' }, 45, 45, false],
		[{ limit: '3', before_id: 'm10' }, 7, 10, true],
		[{ limit: '3', before_id: 'm2' }, 0, 2, false],
		[{ before_id: 'm0' }, 0, 0, false],
	])('%j', (query, from, to, hasMore) => {
		expect(page(query)).toEqual({
			ids: ids(from, to),
			has_more: hasMore,
			first_id: items.slice(from, to)[0]?.id ?? null,
			last_id: items.slice(from, to).at(-1)?.id ?? null,
		});
	});

	it('walks through the whole list', () => {
		const seen: string[] = [];
		let query: object = { limit: '7' };
		for (let more = true; more; ) {
			const {
				ids: found,
				has_more,
				last_id,
			} = page(query) as unknown as {
				ids: string[];
				has_more: boolean;
				last_id: string;
			};
			seen.push(...found);
			more = has_more;
			query = { limit: '7', after_id: last_id };
		}
		expect(seen).toEqual(ids(0, 45));
	});

	it.each([
		[{ limit: '0' }, 'limit'],
		[{ limit: '1001' }, 'limit'],
		[{ limit: 'x' }, 'limit'],
		[{ after_id: 'none' }, 'after_id'],
		[{ before_id: ['m1', 'm2'] }, 'before_id'],
	])('%j is refused by name', (query, param) => {
		expect(() => pageOf(items, query)).toThrow(expect.objectContaining({ code: 'invalid_field', param }));
	});
});
