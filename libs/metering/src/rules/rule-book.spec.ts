import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LimitRecord } from './limit.js';
import { bindingRules, RuleBook } from './rule-book.js';

const limit = (id: string, max: number, endsAt = Number.POSITIVE_INFINITY): LimitRecord & { endsAt: number } => ({
	id,
	attachment: 'key',
	attachmentId: 'k',
	dialect: null,
	model: null,
	metric: 'requests',
	window: 'minute',
	max,
	reason: null,
	expiresAt: endsAt === Number.POSITIVE_INFINITY ? null : new Date(endsAt),
	createdBy: null,
	createdAt: new Date(0),
	updatedAt: new Date(0),
	endsAt,
});
const bookOf = (limits: readonly (LimitRecord & { endsAt: number })[]) =>
	new RuleBook({ limits, budgets: [], templates: new Map() }, 'r', (rules) => rules);
const caller = { projectId: 'p', userId: 'u', keyId: 'k' };
const call = { dialect: 'openai', alias: 'a', model: 'm' };
const roles = { roles: [], revision: '' };

describe('a book of rules', () => {
	it('says the same object for the same kind of call, which nobody can change', () => {
		const book = bookOf([limit('a', 1)]);
		const first = book.of(caller, call, roles, 0);
		expect(book.of({ ...caller }, { ...call }, roles, 1)).toBe(first);
		expect(book.of({ ...caller, keyId: 'other' }, call, roles, 1).limits).toEqual([]);
		expect(Object.isFrozen(first) && Object.isFrozen(first.limits)).toBe(true);
	});

	it('lets an override go at the moment it ends, without being read again', () => {
		const book = bookOf([limit('a', 1), limit('b', 100, 50)]);
		const maxAt = (now: number) => book.of(caller, call, roles, now).limits.map(({ max }) => max);
		expect([maxAt(0), maxAt(49), maxAt(50), maxAt(51)]).toEqual([[100], [100], [1], [1]]);
	});

	it('forgets what it said once somebody has other roles', () => {
		const book = bookOf([limit('a', 1)]);
		const before = book.of(caller, call, roles, 0);
		expect(book.of(caller, call, { roles: [], revision: 'other' }, 0)).not.toBe(before);
	});

	it('says what the rules say, whoever asked what before, and whatever has ended', () => {
		const keys = ['k', 'l', undefined];
		const question = fc.record({
			keyId: fc.constantFrom(...keys),
			projectId: fc.constantFrom('p', 'q'),
			dialect: fc.constantFrom('openai', 'ollama'),
			alias: fc.constantFrom('a', 'b'),
			model: fc.constantFrom('a', 'm'),
			of: fc.nat(1),
			waits: fc.nat(30),
		});
		const rule = fc
			.record({
				id: fc.uuid(),
				key: fc.constantFrom('k', 'l'),
				model: fc.constantFrom(null, 'a', 'm'),
				dialect: fc.constantFrom(null, 'openai' as const),
				max: fc.nat(9),
				endsAt: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.nat(300)),
			})
			.map(({ id, key, model, dialect, max, endsAt }) => ({
				...limit(id, max, endsAt),
				attachmentId: key,
				model,
				dialect,
			}));
		fc.assert(
			fc.property(fc.array(rule, { maxLength: 8 }), fc.array(question, { maxLength: 30 }), (rules, questions) => {
				const book = bookOf(rules);
				const users = [roles, { roles: [], revision: 'other' }] as const;
				let now = 0;
				for (const { keyId, projectId, of, waits, ...asked } of questions) {
					now += waits;
					const who = { keyId, projectId, userId: `u${of}` };
					const on = rules.filter(({ endsAt }) => endsAt > now);
					expect(book.of(who, asked, users[of] ?? roles, now)).toEqual(
						bindingRules({ limits: on, budgets: [], templates: new Map() }, [], who, asked),
					);
				}
			}),
		);
	});
});
