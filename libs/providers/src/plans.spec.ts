import { describe, expect, it } from '@jest/globals';
import type { Alias } from './alias.js';
import { compilePlans, type Plans } from './plans.js';
import type { ListedModel, Provider, ProviderKind } from './provider.js';
import { DEFAULT_SETTINGS } from './provider-settings.js';

const provider = (name: string, organizationId = 'own', kind: ProviderKind = 'openai-compatible'): Provider => ({
	organizationId,
	id: `id-${name}`,
	name,
	kind,
	baseUrl: 'http://host.test',
	isShared: organizationId !== 'own',
	revision: '1',
	credential: undefined,
	credentials: [],
	settings: DEFAULT_SETTINGS,
});
const alias = (name: string, targets: [Provider, string][], organizationId = 'own'): Alias => ({
	organizationId,
	id: `id-${name}`,
	name,
	policy: 'priority',
	stickyBy: undefined,
	defaultOutputCap: undefined,
	allowsDroppedParams: false,
	isShared: organizationId !== 'own',
	createdAt: new Date(0),
	revision: '1',
	targets: targets.map(([{ id }, model], at) => ({ providerId: id, model, weight: 2, priority: at })),
});

const own = provider('own');
const shared = provider('shared', 'system', 'ollama');
const models = new Map<Provider, string[]>([
	[own, ['big', 'both', 'shared/small']],
	[shared, ['small:latest', 'both', 'small']],
]);
const listed = (ids: readonly string[] = []): ListedModel[] =>
	ids.map((id) => ({ id, created: 0, owner: '', raw: {} }));
const plansOf = (aliases: Alias[], providers = [own, shared]): Plans =>
	compilePlans(providers, aliases, (each) => listed(models.get(each)));
const routesOf = (plans: Plans, name: string): string[] | undefined =>
	plans.find(name)?.candidates.map((each) => `${each.provider.name}:${each.model}`);

describe('compilePlans', () => {
	it.each([
		['big', ['own:big']],
		['both', ['own:both']],
		['small', ['shared:small']],
		['own/both', ['own:both']],
		['shared/both', ['shared:both']],
		['shared/small', ['own:shared/small']],
		['other/both', undefined],
		['own/small', undefined],
		['/both', undefined],
		['', undefined],
	])('finds %s', (name, routes) => {
		expect(routesOf(plansOf([]), name)).toEqual(routes);
	});

	it("prefers an organization's alias to a shared one, and both to models", () => {
		const plans = plansOf([
			alias('fast', [[own, 'big']]),
			alias('fast', [[shared, 'small']], 'system'),
			alias('both', [[shared, 'x']], 'system'),
		]);
		expect(routesOf(plans, 'fast')).toEqual(['own:big']);
		expect(routesOf(plans, 'both')).toEqual(['shared:x']);
	});

	it('keeps the order, weights and ranks of targets, and leaves out providers that are away', () => {
		const gone = provider('gone');
		const plan = plansOf([
			alias('mix', [
				[shared, 'small'],
				[gone, 'x'],
				[own, 'unlisted'],
			]),
		]).find('mix');
		expect(plan?.candidates.map(({ model, weight, priority }) => [model, weight, priority])).toEqual([
			['small', 2, 0],
			['unlisted', 2, 2],
		]);
	});

	it('refuses an alias without a target, instead of taking a model of that name', () => {
		const plans = plansOf([alias('big', [[provider('gone'), 'x']])]);
		expect(() => plans.find('big')).toThrow(
			expect.objectContaining({ fault: 'unavailable', code: 'no_usable_target' }),
		);
	});

	it('spreads a model over the nodes of one owner and kind', () => {
		const node = provider('node');
		models.set(node, ['big']);
		const plan = plansOf([], [own, node, shared]).find('big');
		expect(plan).toMatchObject({ policy: 'least_in_flight', candidates: [{ provider: own }, { provider: node }] });
	});

	it("takes Ollama's latest when no tag is given, and the very same plan each time", () => {
		models.set(shared, ['tiny:latest']);
		const plans = plansOf([]);
		for (const name of ['tiny', 'shared/tiny', 'big']) {
			expect(plans.find(name)).toBeDefined();
			expect(plans.find(name)).toBe(plans.find(name));
		}
		expect(Object.isFrozen(plans.find('big')?.candidates)).toBe(true);
	});
});
