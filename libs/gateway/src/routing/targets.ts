import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { type AppError, Clock, newId } from '#libs/kernel';
import { type Candidate, type Plan, type Provider, Upstreams, withCredential } from '#libs/providers';
import { Invalidations } from '#libs/redis';
import { Breaker, type BreakerState } from './breaker.js';
import { blameOf } from './recovery.js';
import { RetryBudget } from './retry-budget.js';
import { Slots } from './slots.js';
import { Load, type Target } from './target.js';

const TOPIC = 'breaker';
const DEFAULT_QUEUE = 100;
const REMEMBERED = 20_000;

/** The targets of candidates, with what this process has learnt of them. Replicas tell each other of breakers that open. */
@Injectable()
export class Targets {
	private readonly logger = new Logger('Upstreams');
	/** Of this process: what it says comes back to it, later than it knew. */
	private readonly origin = newId();
	private readonly ofCandidate = new WeakMap<Candidate, readonly Target[]>();
	private readonly ofPlan = new WeakMap<Plan, readonly Target[]>();
	private readonly breakers = new LRUCache<string, Breaker>({ max: REMEMBERED });
	private readonly loads = new LRUCache<string, Load>({ max: REMEMBERED });
	private readonly slots = new LRUCache<string, Slots>({ max: REMEMBERED });
	private readonly budgets = new LRUCache<string, RetryBudget>({ max: REMEMBERED });

	constructor(
		private readonly clock: Clock,
		private readonly upstreams: Upstreams,
		private readonly invalidations: Invalidations,
	) {
		invalidations.on(TOPIC, (message) => this.heard(message));
	}

	/** One for each credential of the provider, in their order. The same array each time. */
	of(candidate: Candidate): readonly Target[] {
		let targets = this.ofCandidate.get(candidate);
		if (targets === undefined) this.ofCandidate.set(candidate, (targets = this.make(candidate)));
		return targets;
	}

	/** All of a plan, in configured order. The same array each time. */
	all(plan: Plan): readonly Target[] {
		let targets = this.ofPlan.get(plan);
		if (targets === undefined)
			this.ofPlan.set(plan, (targets = Object.freeze(plan.candidates.flatMap((candidate) => this.of(candidate)))));
		return targets;
	}

	/** Lets calls through to all upstreams again, whatever was learnt of them. */
	closeBreakers(): void {
		for (const breaker of this.breakers.values()) breaker.close();
	}

	succeeded(target: Target): void {
		if (target.breaker.succeeded(this.clock.monotonic())) this.tell(target, 0);
	}

	/** What is the caller's own fault does not count against the upstream. */
	failed(target: Target, error: AppError): void {
		const blame = blameOf(error);
		if (blame === undefined) return;
		const { breaker } = target;
		breaker.reason = error.code;
		const now = this.clock.monotonic();
		const pausedMs = blame === 'counts' ? breaker.failed(now) : breaker.openFor(now, blame);
		if (pausedMs > 0) this.tell(target, pausedMs);
	}

	/** How the breakers stand, by the name of their provider. */
	*breakerStates(): Generator<readonly [provider: string, state: BreakerState]> {
		const now = this.clock.monotonic();
		for (const breaker of this.breakers.values()) yield [breaker.provider, breaker.state(now)];
	}

	private tell({ name, provider }: Target, milliseconds: number): void {
		this.logger.warn(
			milliseconds === 0
				? `${provider.name} answers again`
				: `${provider.name} fails: no calls for ${Math.round(milliseconds)} ms`,
		);
		void this.invalidations.publish(TOPIC, `${this.origin} ${Math.round(milliseconds)} ${name}`);
	}

	private heard(message: string): void {
		const [, origin, digits, name = ''] = /^(\S+) (\d+) (.*)$/s.exec(message) ?? [];
		const breaker = origin === this.origin ? undefined : this.breakers.get(name);
		if (breaker === undefined) return;
		const milliseconds = Number(digits);
		const now = this.clock.monotonic();
		if (milliseconds === 0) breaker.close();
		else if (breaker.state(now) === 'closed') breaker.openFor(now, milliseconds);
	}

	private make(candidate: Candidate): readonly Target[] {
		const { provider, model } = candidate;
		const adapter = this.upstreams.adapterOf(provider);
		const load = this.loadOf(provider, model);
		const variants =
			provider.credentials.length === 0
				? [{ provider, credential: '-' }]
				: provider.credentials.map((credential) => ({
						provider: withCredential(provider, credential),
						credential: credential.id,
					}));
		return Object.freeze(
			variants.map(({ provider: variant, credential }): Target => {
				const name = `${provider.id} ${credential} ${model}`;
				return { candidate, provider: variant, model, adapter, name, breaker: this.breakerOf(name, provider), load };
			}),
		);
	}

	private breakerOf(name: string, provider: Provider): Breaker {
		let breaker = this.breakers.get(name);
		if (breaker === undefined) this.breakers.set(name, (breaker = new Breaker(provider.name)));
		return breaker;
	}

	private loadOf(provider: Provider, model: string): Load {
		const name = `${provider.id} ${provider.revision} ${model}`;
		let load = this.loads.get(name);
		if (load === undefined) this.loads.set(name, (load = new Load(this.budgetOf(provider), this.slotsOf(provider))));
		return load;
	}

	private budgetOf({ id }: Provider): RetryBudget {
		let budget = this.budgets.get(id);
		if (budget === undefined) this.budgets.set(id, (budget = new RetryBudget()));
		return budget;
	}

	private slotsOf({ id, settings }: Provider): Slots | undefined {
		if (settings.maxConcurrency === null) return undefined;
		let slots = this.slots.get(id);
		if (slots === undefined) this.slots.set(id, (slots = new Slots(settings.maxConcurrency, DEFAULT_QUEUE)));
		slots.limit = settings.maxConcurrency;
		slots.queueLimit = settings.queueLimit ?? DEFAULT_QUEUE;
		return slots;
	}
}
