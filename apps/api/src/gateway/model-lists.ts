import { Injectable } from '@nestjs/common';
import { dialectNotAllowed } from '#libs/gateway';
import { AppError, type Scope } from '#libs/kernel';
import {
	type AliasEntry,
	type Candidate,
	type Capability,
	type CatalogueEntry,
	ModelCatalogue,
	type ModelEntry,
	type ModelFacts,
	permitted,
	type Protocol,
} from '#libs/providers';
import { type PageQuery, pageOf } from './anthropic-page.js';

/** Clients switch features on by this; what we serve is on the level of this release of Ollama. */
export const OLLAMA_API_LEVEL = '0.13.0';

/** A name that can be called, as the dialects list it. */
export interface Named {
	readonly name: string;
	readonly displayName: string;
	/** Seconds since 1970; 0 where nobody knows. */
	readonly created: number;
	readonly owner: string;
	readonly facts: ModelFacts;
	/** What a call with it reaches first. */
	readonly target: Pick<Candidate, 'provider' | 'model'> | undefined;
	/** Ollama's own description, where it is one of its models. */
	readonly ollama: Readonly<Record<string, unknown>> | undefined;
	/** Anthropic's own description, where it is one of its models. */
	readonly anthropic: Readonly<Record<string, unknown>> | undefined;
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
		return openAiModel(await this.one(scope, 'openai', id));
	}

	/** @throws AppError invalid */
	async anthropic(scope: Scope, page: PageQuery): Promise<object> {
		return pageOf((await this.all(scope, 'anthropic')).map(anthropicModel), page);
	}

	/** @throws AppError missing `model_not_found` */
	async anthropicOne(scope: Scope, id: string): Promise<object> {
		return anthropicModel(await this.one(scope, 'anthropic', id));
	}

	async ollama(scope: Scope): Promise<object> {
		return { models: (await this.all(scope, 'ollama')).map(ollamaModel) };
	}

	private async one(scope: Scope, dialect: Protocol, id: string): Promise<Named> {
		const found = (await this.all(scope, dialect)).find(({ name }) => name === id);
		if (found === undefined)
			throw new AppError('missing', 'model_not_found', 'The model does not exist or you may not use it', {
				param: 'model',
			});
		return found;
	}

	/** Each name once, as far as the caller may use it: aliases, then models that their bare names lead to. */
	async all({ organizationId, models }: Scope, dialect: Protocol): Promise<Named[]> {
		if (models?.allowsDialect(dialect) === false) throw dialectNotAllowed(dialect);
		const entries = await this.catalogue.entries(organizationId);
		const byName = new Map<string, Named>();
		for (const entry of entries) {
			const seen = permitted(entry, models, [dialect]);
			if (seen === undefined || byName.has(seen.name) || !isCallable(seen)) continue;
			byName.set(seen.name, seen.type === 'alias' ? aliasNamed(seen) : modelNamed(seen));
		}
		return [...byName.values()];
	}
}

const isCallable = (entry: CatalogueEntry): boolean =>
	entry.type === 'alias' ? entry.targets.length > 0 : entry.isDefault;

const modelNamed = ({ name, model, provider, facts }: ModelEntry): Named => ({
	name,
	displayName: facts.displayName ?? name,
	created: model.created,
	owner: model.owner,
	facts,
	target: { provider, model: model.id },
	ollama: provider.kind === 'ollama' ? model.raw : undefined,
	anthropic: provider.kind === 'anthropic' ? model.raw : undefined,
});

const aliasNamed = ({ name, alias, facts, targets }: AliasEntry): Named => ({
	name,
	displayName: name,
	created: Math.floor(alias.createdAt.getTime() / 1_000),
	owner: 'parallama',
	facts,
	target: targets[0],
	ollama: undefined,
	anthropic: undefined,
});

/** One object for OpenAI's and Anthropic's clients alike. */
const openAiModel = ({ name, displayName, created, owner }: Named) => ({
	id: name,
	object: 'model',
	type: 'model',
	created,
	created_at: new Date(created * 1_000).toISOString(),
	owned_by: owner,
	display_name: displayName,
});

const ollamaModel = (named: Named): object =>
	named.ollama ?? {
		name: named.name,
		model: named.name,
		modified_at: new Date(named.created * 1_000).toISOString(),
		size: 0,
		digest: '',
		details: ollamaDetails(named),
		capabilities: ollamaCapabilities(named.facts),
	};

/** Ollama's details of a model that is not one of its own: what is known, and nothing else. */
export const ollamaDetails = ({ owner, facts }: Pick<Named, 'owner' | 'facts'>): object => ({
	parent_model: '',
	format: '',
	family: owner,
	families: [owner],
	parameter_size: '',
	quantization_level: '',
	context_length: facts.contextWindow,
});

const ollamaWords: Partial<Record<Capability, string>> = {
	chat: 'completion',
	embeddings: 'embedding',
	json_schema: '',
};

/** In Ollama's words; where nothing is said of a model, it is taken to chat. */
export const ollamaCapabilities = ({ capabilities = ['chat'] }: ModelFacts): string[] =>
	capabilities.map((capability) => ollamaWords[capability] ?? capability).filter((word) => word !== '');

/** What an Anthropic upstream says of its model is passed on; of others only what was discovered is known. */
const anthropicModel = (named: Named) => ({
	...openAiModel(named),
	lifecycle: 'active',
	capabilities: null,
	line: null,
	max_input_tokens: named.facts.contextWindow ?? null,
	max_tokens: named.facts.maxOutput ?? null,
	deprecated_at: null,
	retires_at: null,
	...named.anthropic,
});
