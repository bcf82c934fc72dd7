import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Attachment } from './attachment.js';
import { type LimitRecord, limitMetrics, limitWindows, type TemplateLimit } from './limit.js';
import { type Called, type Caller, concerns, type EffectiveLimit, limitsFor } from './precedence.js';

const caller: Caller = { projectId: 'p', userId: 'u', keyId: 'k' };
const ids: Record<Attachment, readonly (string | null)[]> = {
	organization: [null],
	project: ['p', 'other'],
	user: ['u', 'other'],
	key: ['k', 'other'],
};
const models = [null, 'gpt-4*', 'llama3', 'LLAMA3:latest'];
const stamps = { reason: null, createdBy: null, createdAt: new Date(0), updatedAt: new Date(0) };

const terms = fc.oneof(
	fc.record({ metric: fc.constant('concurrency' as const), window: fc.constant(null) }),
	fc.record({
		metric: fc.constantFrom(...limitMetrics.filter((name) => name !== 'concurrency')),
		window: fc.constantFrom(...limitWindows),
	}),
);
const shared = fc
	.record({
		dialect: fc.constantFrom(null, 'openai' as const, 'ollama' as const),
		model: fc.constantFrom(...models),
		max: fc.nat(10),
	})
	.chain((target) => terms.map((what) => ({ ...target, ...what })));
const templates: fc.Arbitrary<TemplateLimit[]> = fc.array(shared, { maxLength: 6 });
const limits: fc.Arbitrary<LimitRecord[]> = fc.array(
	fc
		.constantFrom<Attachment>('organization', 'project', 'user', 'key')
		.chain((attachment) =>
			fc.record({
				attachment: fc.constant(attachment),
				attachmentId: fc.constantFrom(...ids[attachment]),
				what: shared,
				id: fc.uuid(),
				expiresAt: fc.constantFrom(null, new Date(1)),
			}),
		)
		.map(({ what, ...limit }) => ({ ...stamps, ...limit, ...what })),
	{ maxLength: 12 },
);
const called: fc.Arbitrary<Called> = fc.record({
	dialect: fc.constantFrom('openai', 'anthropic', undefined),
	alias: fc.constantFrom('gpt-4o', 'fast', undefined),
	model: fc.constantFrom('llama3', 'mistral', undefined),
});

describe('limits for a call', () => {
	it('are one for each place, the strongest that is there: override, limit, template', () => {
		const strength = { override: 3, limit: 2, template: 1 };
		fc.assert(
			fc.property(limits, templates, called, (own, template, call) => {
				const found = limitsFor({ limits: own, template }, caller, call);
				const places = found.map(([{ place }]) => place);
				expect(new Set(places).size).toBe(places.length);
				for (const place of found) {
					expect(new Set(place.map((limit) => limit.place)).size).toBe(1);
					const strengths = place.map(({ source }) => strength[source]);
					expect(strengths).toEqual(strengths.toSorted((a, b) => b - a));
				}
			}),
		);
	});

	it('are all that concern it and no other, on every level together', () => {
		fc.assert(
			fc.property(limits, templates, called, (own, template, call) => {
				const found = limitsFor({ limits: own, template }, caller, call).flat();
				const byId = (id: string | null) => own.find((limit) => limit.id === id) as LimitRecord;
				const named = found.flatMap(({ limitId }) => (limitId === null ? [] : [limitId]));
				expect(named.toSorted()).toEqual(
					own
						.filter((limit) => concerns(limit, caller, call))
						.map(({ id }) => id)
						.toSorted(),
				);
				for (const limit of found) expect(['other']).not.toContain(limit.attachmentId);
				for (const id of named)
					expect(found.find(({ limitId }) => limitId === id)).toMatchObject({ max: byId(id).max });
			}),
		);
	});

	it('do not depend on the order in which they were set', () => {
		const told = (places: readonly (readonly EffectiveLimit[])[]) =>
			places.map(([strongest]) => `${strongest?.place} ${strongest?.source}`).toSorted();
		fc.assert(
			fc.property(limits, templates, called, (own, template, call) => {
				expect(told(limitsFor({ limits: own.toReversed(), template }, caller, call))).toEqual(
					told(limitsFor({ limits: own, template }, caller, call)),
				);
			}),
		);
	});

	it('of a template bind whoever has the role, and nobody who has no user', () => {
		const template: TemplateLimit[] = [{ metric: 'requests', window: 'minute', max: 5, dialect: null, model: null }];
		const call = { dialect: 'openai', alias: 'a', model: 'a' };
		expect(limitsFor({ limits: [], template }, caller, call)).toEqual([
			[expect.objectContaining({ attachment: 'user', attachmentId: 'u', source: 'template', max: 5, limitId: null })],
		]);
		expect(limitsFor({ limits: [], template }, { ...caller, userId: undefined }, call)).toEqual([]);
	});
});

describe('a rule about a model', () => {
	const rule = (model: string | null) =>
		({ attachment: 'organization', attachmentId: null, dialect: null, model }) as const;
	it.each([
		['llama3', 'llama3', 'x', true],
		['llama3', 'fast', 'llama3:latest', true],
		['LLAMA3:latest', 'llama3', 'llama3', true],
		['gpt-4*', 'GPT-4o', 'x', true],
		['gpt-4', 'gpt-4o', 'gpt-4o', false],
		['llama3', 'llama3:70b', 'llama3:70b', false],
		[null, 'anything', 'x', true],
	])('%s is about %s, which is %s: %s', (model, alias, target, isAbout) => {
		expect(concerns(rule(model), caller, { dialect: 'openai', alias, model: target })).toBe(isAbout);
	});
});
