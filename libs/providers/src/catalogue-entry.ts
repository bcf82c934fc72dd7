import type { ModelAccess } from '#libs/kernel';
import type { Alias, Candidate, RoutingPolicy } from './alias.js';
import type { ProviderState } from './listings.js';
import { factsOfAll, type ModelFacts, NO_FACTS } from './model-facts.js';
import type { Protocol } from './operation.js';
import type { Plans } from './plans.js';
import type { ListedModel, Provider } from './provider.js';

/** A model of one provider. */
export interface ModelEntry {
	readonly type: 'model';
	/** What callers send as `model`. */
	readonly name: string;
	/** Whether the bare name leads here; `provider/model` always does. */
	readonly isDefault: boolean;
	readonly provider: Provider;
	readonly model: ListedModel;
	/** Whether the provider answered when it was asked last. */
	readonly isUp: boolean;
	readonly facts: ModelFacts;
	/** Names of aliases that have it as a target. */
	readonly aliases: readonly string[];
}

export interface AliasEntry {
	readonly type: 'alias';
	readonly name: string;
	readonly alias: Alias;
	readonly policy: RoutingPolicy;
	/** Those that can be called now. */
	readonly targets: readonly Candidate[];
	readonly isUp: boolean;
	/** What holds for each target. */
	readonly facts: ModelFacts;
}

export type CatalogueEntry = ModelEntry | AliasEntry;

type FactsOf = (provider: Provider, model: string) => ModelFacts | undefined;

/** `aliases` in the order of precedence; one that is hidden by another of its name is left out. */
export function entriesOf(
	states: readonly ProviderState[],
	aliases: readonly Alias[],
	plans: Plans,
	factsOf: FactsOf,
): CatalogueEntry[] {
	const visible = [...new Map(aliases.toReversed().map((alias) => [alias.name, alias])).values()].toReversed();
	const up = new Set(states.filter(({ isUp }) => isUp).map(({ provider }) => provider.id));
	const byTarget = new Map<string, string[]>();
	const entries = visible.map((alias): AliasEntry => {
		const targets = plans.targetsOf(alias);
		for (const target of targets) push(byTarget, keyOf(target), alias.name);
		return {
			type: 'alias',
			name: alias.name,
			alias,
			policy: alias.policy,
			targets,
			isUp: targets.some(({ provider }) => up.has(provider.id)),
			facts: factsOfAll(targets.map(({ provider, model }) => factsOf(provider, model) ?? NO_FACTS)),
		};
	});
	const models = states.flatMap(({ provider, models: listed, isUp }) =>
		listed.map(
			(model): ModelEntry => ({
				type: 'model',
				name: model.id,
				isDefault: plans.leadsTo(model.id, provider),
				provider,
				model,
				isUp,
				facts: factsOf(provider, model.id) ?? NO_FACTS,
				aliases: byTarget.get(keyOf({ provider, model: model.id })) ?? [],
			}),
		),
	);
	return [...entries, ...models];
}

/** An entry as far as somebody may use it in one of the dialects; `undefined`: not at all. */
export function permitted(
	entry: CatalogueEntry,
	access: ModelAccess | undefined,
	dialects: readonly Protocol[],
): CatalogueEntry | undefined {
	if (access === undefined) return entry;
	const open = dialects.filter((dialect) => access.allowsDialect(dialect));
	const allows = (model: string): boolean => open.some((dialect) => access.allows(dialect, entry.name, model));
	if (entry.type === 'model') return allows(entry.model.id) ? entry : undefined;
	const targets = entry.targets.filter(({ model }) => allows(model));
	return targets.length === 0 ? undefined : { ...entry, targets };
}

const keyOf = ({ provider, model }: { provider: Provider; model: string }): string => `${provider.id} ${model}`;

function push(map: Map<string, string[]>, key: string, value: string): void {
	const values = map.get(key);
	if (values === undefined) map.set(key, [value]);
	else values.push(value);
}
