import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AppError } from '#libs/kernel';
import { fetchUpstream } from './fetch-upstream.js';
import { factsOfListed, joined, type ModelFacts } from './model-facts.js';
import type { ListedModel, Provider } from './provider.js';
import { Upstreams } from './upstreams.js';
import { text } from './wire/lines.js';

const FRESH_MS = 60_000;
/** After a failure, and between two refreshes that somebody asks for. */
export const RETRY_MS = 2_000;
const LIST_LIMIT_MS = 5_000;
const DETAILS_AT_ONCE = 4;

/** What one provider said of itself last. */
export interface Listing {
	readonly models: readonly ListedModel[];
	readonly isUp: boolean;
	/** Of the last list that came. */
	readonly latencyMs: number | undefined;
	/** Code of the last error, while it lasts. */
	readonly error: string | undefined;
}

export interface ProviderState extends Listing {
	readonly provider: Provider;
}

type Changing<T> = { -readonly [Field in keyof T]: T[Field] };
interface State extends Changing<Listing> {
	readonly revision: string;
	askedAt: number;
	running: Promise<void> | undefined;
	/** What was asked beyond the list, by model; of models that are listed. */
	details: ReadonlyMap<string, Detail>;
	describing: Promise<void> | undefined;
}

interface Detail {
	/** Of the model's content: another one needs to be asked for again. */
	readonly stamp: string;
	readonly facts: ModelFacts;
}

/**
 * The models of each provider. Lists are asked for once a minute at most, by one request at a time, and served stale
 * meanwhile.
 */
@Injectable()
export class Listings {
	private readonly logger = new Logger('Models');
	private readonly states = new LRUCache<string, State>({ max: 20_000 });
	/** Changes when any list does. */
	version = 0;

	constructor(private readonly upstreams: Upstreams) {}

	of(provider: Provider): Listing {
		return this.stateOf(provider);
	}

	/** What is known of a model now; nothing of one that is not listed. */
	factsOf(provider: Provider, model: string): ModelFacts | undefined {
		const { models, details } = this.stateOf(provider);
		const listed = models.find(({ id }) => id === model);
		return listed === undefined ? undefined : joined(factsOfListed(listed), details.get(model)?.facts);
	}

	/** Whether asking now may tell something new. */
	mayAsk(provider: Provider): boolean {
		const { askedAt, running } = this.stateOf(provider);
		return running !== undefined || performance.now() - askedAt > RETRY_MS;
	}

	isUnknown(provider: Provider): boolean {
		return this.mayAsk(provider) && !this.stateOf(provider).isUp;
	}

	refreshIfOld(provider: Provider): void {
		const { askedAt, isUp } = this.stateOf(provider);
		if (performance.now() - askedAt > (isUp ? FRESH_MS : RETRY_MS)) void this.refresh(provider);
	}

	/** Single-flight; never rejects. */
	refresh(provider: Provider): Promise<void> {
		const state = this.stateOf(provider);
		state.running ??= this.ask(provider, state).finally(() => {
			state.running = undefined;
		});
		return state.running;
	}

	/** Asks once more, also when it is being asked already: its models have just changed. */
	async renew(provider: Provider): Promise<void> {
		await this.stateOf(provider).running;
		await this.refresh(provider);
	}

	/** Another replica was told to ask again: so the next use asks here, too, unless it was done a moment ago. */
	expire(provider: Provider): void {
		if (this.mayAsk(provider)) this.stateOf(provider).askedAt = Number.NEGATIVE_INFINITY;
	}

	/** Resolves when the details that are being asked for are there; never rejects. */
	async described(provider: Provider): Promise<void> {
		await this.stateOf(provider).describing;
	}

	private stateOf(provider: Provider): State {
		let state = this.states.get(provider.id);
		if (state?.revision !== provider.revision) {
			state = unasked(provider.revision);
			this.states.set(provider.id, state);
		}
		return state;
	}

	private async ask(provider: Provider, state: State): Promise<void> {
		const startedAt = performance.now();
		state.askedAt = startedAt;
		try {
			const adapter = this.upstreams.adapterOf(provider);
			const transport = this.upstreams.transportOf(provider);
			const body = await fetchUpstream(transport, adapter.listRequest(provider), LIST_LIMIT_MS);
			state.models = Object.freeze(adapter.decodeList(body));
			state.latencyMs = performance.now() - startedAt;
			state.error = undefined;
			state.isUp = true;
			state.describing ??= this.describe(provider, state);
		} catch (error) {
			if (state.isUp || state.error === undefined)
				this.logger.warn(`${provider.name} cannot be asked for its models: ${String(error)}`);
			state.isUp = false; // what it listed before stays callable
			state.error = error instanceof AppError ? error.code : 'upstream_failed';
		}
		this.version++;
	}

	/** Asks for what the list does not say, of models that are new or were changed. What is not answered is as it was. */
	private async describe(provider: Provider, state: State): Promise<void> {
		const details = new Map<string, Detail>();
		const queue = state.models.values();
		const work = async (): Promise<void> => {
			for (const model of queue) {
				const detail = await this.detailOf(provider, model, state.details.get(model.id));
				if (detail !== undefined) details.set(model.id, detail);
			}
		};
		await Promise.all(Array.from({ length: DETAILS_AT_ONCE }, work));
		state.details = details;
		state.describing = undefined;
	}

	private async detailOf(
		provider: Provider,
		model: ListedModel,
		known: Detail | undefined,
	): Promise<Detail | undefined> {
		const stamp = `${text(model.raw.digest)} ${model.created}`;
		if (known?.stamp === stamp) return known;
		try {
			const adapter = this.upstreams.adapterOf(provider);
			const request = adapter.detailRequest(provider, model.id);
			if (request === undefined) return undefined;
			const body = await fetchUpstream(this.upstreams.transportOf(provider), request, LIST_LIMIT_MS);
			return { stamp, facts: adapter.decodeDetail(body) };
		} catch {
			return known;
		}
	}
}

const unasked = (revision: string): State => ({
	revision,
	models: [],
	isUp: false,
	latencyMs: undefined,
	error: undefined,
	askedAt: Number.NEGATIVE_INFINITY,
	running: undefined,
	details: new Map(),
	describing: undefined,
});
