import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { dialectNotAllowed, foldedKeys, refuseLookalikes, scanJson } from '#libs/gateway';
import { AppError, type Scope } from '#libs/kernel';
import {
	type Candidate,
	fetchUpstream,
	ModelCatalogue,
	modelNotFound,
	type Provider,
	Upstreams,
	type UpstreamRequest,
} from '#libs/providers';
import { ModelLists, type Named, ollamaCapabilities, ollamaDetails } from './model-lists.js';

const SHOW_LIMIT_MS = 10_000;
const LOADED_LIMIT_MS = 2_000;
const known = foldedKeys(['model', 'name', 'verbose']);

/** What Ollama's clients ask about single models, for models of any upstream. */
@Injectable()
export class OllamaModels {
	constructor(
		private readonly lists: ModelLists,
		private readonly catalogue: ModelCatalogue,
		private readonly upstreams: Upstreams,
	) {}

	/**
	 * Ollama's own words of one of its models; of others what is known.
	 * @throws AppError missing `model_not_found`, for what the caller may not use, too
	 */
	async show({ scope, body }: FastifyRequest): Promise<object> {
		const { name, isVerbose } = readShow(body);
		const target = await this.targetOf(scope as Scope, name);
		const detail = this.upstreams.adapterOf(target.provider).detailRequest(target.provider, target.model);
		if (detail === undefined || target.provider.kind !== 'ollama') return this.described(scope as Scope, name, target);
		const request = isVerbose
			? { ...detail, body: Buffer.from(JSON.stringify({ model: target.model, verbose: true })) }
			: detail;
		return this.ask(target.provider, request, SHOW_LIMIT_MS);
	}

	/** The models that are in memory, of all Ollama servers that answer, under the names that callers use. */
	async loaded(scope: Scope): Promise<object> {
		const named = (await this.lists.all(scope, 'ollama')).filter(({ ollama }) => ollama !== undefined);
		const providers = [...new Map(named.map(({ target }) => [target?.provider.id, target?.provider])).values()];
		const models = await Promise.all(providers.map((provider) => this.loadedBy(provider, named)));
		return { models: models.flat() };
	}

	private async loadedBy(provider: Provider | undefined, named: readonly Named[]): Promise<object[]> {
		const request = provider && this.upstreams.adapterOf(provider).loadedRequest(provider);
		if (provider === undefined || request === undefined) return [];
		const here = new Set(named.filter(({ target }) => target?.provider.id === provider.id).map(({ name }) => name));
		try {
			const { models } = await this.ask(provider, request, LOADED_LIMIT_MS);
			return Array.isArray(models) ? models.filter((model) => here.has(nameOf(model))) : [];
		} catch {
			return []; // a server that does not answer has nothing loaded, as far as anybody can tell
		}
	}

	/** The first that a call would go to and the caller may use. */
	private async targetOf({ organizationId, models }: Scope, name: string): Promise<Candidate> {
		if (models?.allowsDialect('ollama') === false) throw dialectNotAllowed('ollama');
		const { candidates } = await this.catalogue.resolve(organizationId, name);
		const target = candidates.find(({ model }) => models?.allows('ollama', name, model) !== false);
		if (target === undefined) throw modelNotFound(name);
		return target;
	}

	private async described({ organizationId }: Scope, name: string, { provider, model }: Candidate): Promise<object> {
		const entries = await this.catalogue.entries(organizationId);
		const entry = entries
			.filter((each) => each.type === 'model')
			.find((each) => each.provider.id === provider.id && each.name === model);
		if (entry === undefined) throw modelNotFound(name);
		const { facts } = entry;
		const { owner, created } = entry.model;
		return {
			license: '',
			modelfile: '',
			parameters: '',
			template: '',
			system: '',
			details: ollamaDetails({ owner, facts }),
			model_info: {
				'general.architecture': provider.kind,
				'general.basename': model,
				...(facts.contextWindow === undefined ? {} : { [`${provider.kind}.context_length`]: facts.contextWindow }),
			},
			capabilities: ollamaCapabilities(facts),
			modified_at: new Date(created * 1_000).toISOString(),
		};
	}

	private async ask(provider: Provider, request: UpstreamRequest, limitMs: number): Promise<Record<string, unknown>> {
		const body = await fetchUpstream(this.upstreams.transportOf(provider), request, limitMs);
		try {
			return JSON.parse(body.toString('utf8')) as Record<string, unknown>;
		} catch (cause) {
			throw new AppError('upstream', 'upstream_garbage', 'The upstream sent something that is not JSON', { cause });
		}
	}
}

const nameOf = (model: unknown): string => {
	const { model: id, name } = (model ?? {}) as { model?: unknown; name?: unknown };
	return String(id ?? name);
};

/** `name` is the older spelling. @throws AppError invalid */
function readShow(body: unknown): { readonly name: string; readonly isVerbose: boolean } {
	const { value, spans } = scanJson(Buffer.isBuffer(body) ? body : Buffer.alloc(0));
	refuseLookalikes(spans, known);
	const name = value.model ?? value.name;
	if (typeof name !== 'string' || name === '' || name.length > 256)
		throw new AppError('invalid', 'missing_model', 'model must be the name of a model', { param: 'model' });
	return { name, isVerbose: value.verbose === true };
}
