import { AppError } from '#libs/kernel';
import type { Alias, Candidate, Plan, Route } from './alias.js';
import type { ListedModel, Provider } from './provider.js';

/** What every name means that an organization can call. */
export interface Plans {
	/** @throws AppError unavailable `no_usable_target` when it is an alias without a target that can be called. */
	find(name: string): Plan | undefined;
	/** Targets of the alias that can be called; none when another alias hides it. */
	targetsOf(alias: Alias): readonly Candidate[];
	/** Whether a model's bare name may go to this provider. */
	leadsTo(model: string, provider: Provider): boolean;
}

const candidate = (of: Route & Partial<Candidate>): Candidate => Object.freeze({ weight: 1, priority: 0, ...of });

/**
 * `providers` and `aliases` in the order of precedence: an organization's own, then shared ones. A model that several
 * providers of the first one's owner and kind have may go to each of them: they are nodes of the same.
 */
export function compilePlans(
	providers: readonly Provider[],
	aliases: readonly Alias[],
	modelsOf: (provider: Provider) => readonly ListedModel[],
): Plans {
	const found = new Map<string, Plan | undefined>(); // undefined: an alias without a usable target
	for (const alias of aliases)
		if (!found.has(alias.name)) found.set(alias.name, planOfAlias(alias, providers, modelsOf));
	const routes = new Map<string, Candidate[]>();
	for (const provider of providers)
		for (const { id, owner } of modelsOf(provider)) {
			const others = routes.get(id);
			if (others === undefined) routes.set(id, [candidate({ provider, model: id, owner })]);
			else if (areNodesOfOne(others[0]?.provider, provider)) others.push(candidate({ provider, model: id, owner }));
		}
	for (const [id, candidates] of routes) if (!found.has(id)) found.set(id, planOfModel(candidates));
	return {
		find: (name) => lookUp(found, name) ?? selected(found, name, providers, modelsOf),
		targetsOf: (alias) => {
			const plan = found.get(alias.name);
			return plan?.alias === alias ? plan.candidates : [];
		},
		leadsTo: (model, provider) => {
			const plan = found.get(model);
			return plan?.alias === undefined && plan?.candidates.some((each) => each.provider === provider) === true;
		},
	};
}

const areNodesOfOne = (a: Provider | undefined, b: Provider): boolean =>
	a?.organizationId === b.organizationId && a.kind === b.kind;

function planOfAlias(
	alias: Alias,
	providers: readonly Provider[],
	modelsOf: (provider: Provider) => readonly ListedModel[],
): Plan | undefined {
	const byId = new Map(providers.map((provider) => [provider.id, provider]));
	const candidates = alias.targets.flatMap(({ providerId, model, weight, priority }) => {
		const provider = byId.get(providerId);
		if (provider === undefined) return [];
		const owner = modelsOf(provider).find(({ id }) => id === model)?.owner;
		return candidate({ provider, model, owner, weight, priority });
	});
	const [first, ...others] = candidates;
	if (first === undefined) return undefined;
	return Object.freeze({ alias, policy: alias.policy, candidates: Object.freeze([first, ...others] as const) });
}

function planOfModel(candidates: readonly Candidate[]): Plan {
	const [first, ...others] = candidates as [Candidate, ...Candidate[]];
	const policy = others.length === 0 ? 'priority' : 'least_in_flight';
	return Object.freeze({ alias: undefined, policy, candidates: Object.freeze([first, ...others] as const) });
}

/** Ollama's clients leave out `:latest`. */
function lookUp(found: Map<string, Plan | undefined>, name: string): Plan | undefined {
	const plan = found.get(name);
	if (plan !== undefined) return plan;
	if (found.has(name))
		throw new AppError('unavailable', 'no_usable_target', 'No target of this alias can be called now', {
			param: 'model',
		});
	const latest = found.get(`${name}:latest`);
	if (latest !== undefined) found.set(name, latest); // the next call finds it at once
	return latest;
}

/** `provider/model`: one provider that the organization may use, by name. */
function selected(
	found: Map<string, Plan | undefined>,
	name: string,
	providers: readonly Provider[],
	modelsOf: (provider: Provider) => readonly ListedModel[],
): Plan | undefined {
	const slash = name.indexOf('/');
	const provider = slash > 0 ? providers.find((each) => each.name === name.slice(0, slash)) : undefined;
	if (provider === undefined) return undefined;
	const wanted = name.slice(slash + 1);
	const model = modelsOf(provider).find(({ id }) => id === wanted || id === `${wanted}:latest`);
	if (model === undefined) return undefined;
	const plan = planOfModel([candidate({ provider, model: model.id, owner: model.owner })]);
	found.set(name, plan);
	return plan;
}
