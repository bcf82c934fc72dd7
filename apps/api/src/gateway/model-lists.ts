import { Injectable } from '@nestjs/common';
import { dialectNotAllowed } from '#libs/gateway';
import { AppError, type Scope } from '#libs/kernel';
import { type ListedModel, ModelCatalogue, type Protocol, type ProviderState } from '#libs/providers';

/** Clients switch features on by this; what we serve is on the level of this release of Ollama. */
export const OLLAMA_API_LEVEL = '0.12.6';

interface Named {
	readonly model: ListedModel;
	readonly state: ProviderState;
}

/** The models of an organization as the dialects list them. */
@Injectable()
export class ModelLists {
	constructor(private readonly catalogue: ModelCatalogue) {}

	async openAi(scope: Scope): Promise<object> {
		const data = (await this.all(scope, 'openai')).map(openAiModel);
		return { object: 'list', data, has_more: false, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
	}

	/** @throws AppError missing `model_not_found` */
	async openAiOne(scope: Scope, id: string): Promise<object> {
		const found = (await this.all(scope, 'openai')).find(({ model }) => model.id === id);
		if (found === undefined)
			throw new AppError('missing', 'model_not_found', 'The model does not exist or you may not use it', {
				param: 'model',
			});
		return openAiModel(found);
	}

	async ollama(scope: Scope): Promise<object> {
		return { models: (await this.all(scope, 'ollama')).map(ollamaModel) };
	}

	/** Each name once, as far as the caller may use it: the first provider that has it is the one that is called. */
	private async all({ organizationId, models }: Scope, dialect: Protocol): Promise<Named[]> {
		if (models?.allowsDialect(dialect) === false) throw dialectNotAllowed(dialect);
		const states = await this.catalogue.states(organizationId);
		const byName = new Map<string, Named>();
		for (const state of states)
			for (const model of state.models) if (!byName.has(model.id)) byName.set(model.id, { model, state });
		const all = [...byName.values()];
		return models === undefined ? all : all.filter(({ model }) => models.allows(dialect, model.id));
	}
}

/** One object for OpenAI's and Anthropic's clients alike. */
const openAiModel = ({ model }: Named) => ({
	id: model.id,
	object: 'model',
	type: 'model',
	created: model.created,
	created_at: new Date(model.created * 1_000).toISOString(),
	owned_by: model.owner,
	display_name: model.id,
});

const ollamaModel = ({ model, state }: Named): object =>
	state.provider.kind === 'ollama'
		? model.raw
		: {
				name: model.id,
				model: model.id,
				modified_at: new Date(model.created * 1_000).toISOString(),
				size: 0,
				digest: '',
				details: {
					parent_model: '',
					format: '',
					family: model.owner,
					families: [model.owner],
					parameter_size: '',
					quantization_level: '',
				},
			};
