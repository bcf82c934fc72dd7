import { Injectable } from '@nestjs/common';
import type { Page, PageRequest, Scope } from '#libs/kernel';
import {
	type CatalogueEntry,
	ModelCatalogue,
	type ModelFacts,
	modelNotFound,
	permitted,
	type Provider,
	protocols,
} from '#libs/providers';
import type { Model, RefreshedModels } from './models.schemas.js';

/** The catalogue as the platform API shows it. */
@Injectable()
export class ModelsView {
	constructor(private readonly catalogue: ModelCatalogue) {}

	/** By name; of one name the alias first, then the model that it leads to. */
	async page(scope: Scope, { limit, after }: PageRequest): Promise<Page<Model>> {
		const all = (await this.visible(scope)).map((entry) => ({ entry, key: keyOf(entry) }));
		const rest = all
			.filter(({ key }) => after === undefined || key > after)
			.toSorted((a, b) => (a.key < b.key ? -1 : 1));
		const items = rest.slice(0, limit);
		return {
			items: items.map(({ entry }) => modelOf(entry)),
			next: rest.length > limit ? (items.at(-1)?.key ?? null) : null,
		};
	}

	/** What a call with that name reaches first. @throws AppError as `ModelCatalogue.resolve` */
	async one(scope: Scope, name: string): Promise<Model> {
		const { alias, candidates } = await this.catalogue.resolve(scope.organizationId, name);
		const [{ provider, model }] = candidates;
		const found = (await this.visible(scope)).find((entry) =>
			entry.type === 'alias'
				? entry.alias.id === alias?.id
				: alias === undefined && entry.provider.id === provider.id && entry.name === model,
		);
		if (found === undefined) throw modelNotFound(name);
		return modelOf(found);
	}

	/** What the caller may use in any dialect. */
	private async visible({ organizationId, models }: Scope): Promise<CatalogueEntry[]> {
		await this.catalogue.described(organizationId);
		const entries = await this.catalogue.entries(organizationId);
		return entries.flatMap((entry) => permitted(entry, models, protocols) ?? []);
	}

	async refresh({ organizationId }: Scope): Promise<RefreshedModels> {
		const states = await this.catalogue.refresh(organizationId);
		return {
			providers: states.map(({ provider, isUp, error, models }) => ({
				...providerOf(provider),
				isUp,
				error: error ?? null,
				modelCount: models.length,
			})),
		};
	}
}

const keyOf = (entry: CatalogueEntry): string =>
	entry.type === 'alias' ? `${entry.name}\n0` : `${entry.name}\n${entry.isDefault ? 1 : 2}${entry.provider.id}`;

const providerOf = ({ id, name, kind }: Provider) => ({ id, name, kind });

const factsOf = ({ displayName, contextWindow, maxOutput, ...lists }: ModelFacts) => ({
	displayName: displayName ?? null,
	contextWindow: contextWindow ?? null,
	maxOutput: maxOutput ?? null,
	capabilities: lists.capabilities === undefined ? null : [...lists.capabilities],
	inputModalities: lists.inputModalities === undefined ? null : [...lists.inputModalities],
	outputModalities: lists.outputModalities === undefined ? null : [...lists.outputModalities],
});

const modelOf = (entry: CatalogueEntry): Model =>
	entry.type === 'alias'
		? {
				...factsOf(entry.facts),
				id: entry.name,
				type: 'alias',
				provider: null,
				isDefault: true,
				isUp: entry.isUp,
				aliases: [],
				policy: entry.policy,
				targets: entry.targets.map(({ provider, model }) => ({ provider: providerOf(provider), model })),
			}
		: {
				...factsOf(entry.facts),
				id: entry.name,
				type: 'model',
				provider: providerOf(entry.provider),
				isDefault: entry.isDefault,
				isUp: entry.isUp,
				aliases: [...entry.aliases],
				policy: null,
				targets: [],
			};
