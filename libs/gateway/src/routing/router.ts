import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/kernel';
import type { Candidate, Plan } from '#libs/providers';
import { LoadedModels } from './loaded-models.js';
import { inOrder, type Standing } from './order.js';
import { stickyKeyOf } from './sticky-key.js';
import type { Target } from './target.js';
import { Targets } from './targets.js';

/** One candidate of a name, as a call would find it now. */
export interface RouteCandidate {
	readonly provider: string;
	readonly providerId: string;
	readonly model: string;
	readonly weight: number;
	readonly priority: number;
	/** `ready`, or why a call would pass it over. */
	readonly state: 'ready' | 'failing' | 'busy';
	/** Why it failed last; only while it is failing. */
	readonly reason: string | undefined;
	readonly inFlight: number;
	readonly latencyMs: number | undefined;
	readonly isLoaded: boolean | undefined;
}

/** Chooses among the candidates of a name. */
@Injectable()
export class Router {
	constructor(
		private readonly clock: Clock,
		private readonly targets: Targets,
		private readonly loaded: LoadedModels,
	) {}

	/** In the order in which a call with this body tries them. */
	targetsOf(plan: Plan, body: Readonly<Record<string, unknown>>): readonly Target[] {
		if (plan.candidates.length === 1) return this.targets.all(plan);
		return this.ordered(plan, body).flatMap(({ candidate }) => this.targets.of(candidate));
	}

	/** Some target of the plan, for what does not depend on which. */
	any(plan: Plan): Target {
		return this.targets.of(plan.candidates[0])[0] as Target;
	}

	/** What a call would find, in the order in which it would try; calls nobody. */
	explain(plan: Plan, body: Readonly<Record<string, unknown>>): RouteCandidate[] {
		const now = this.clock.monotonic();
		return this.ordered(plan, body).map(({ candidate, inFlight, latencyMs, isLoaded }) => {
			const targets = this.targets.of(candidate);
			const isFailing = targets.every(({ breaker }) => !breaker.admits(now));
			return {
				provider: candidate.provider.name,
				providerId: candidate.provider.id,
				model: candidate.model,
				weight: candidate.weight,
				priority: candidate.priority,
				state: isFailing ? 'failing' : targets.every(({ load }) => load.slots?.isFull === true) ? 'busy' : 'ready',
				reason: isFailing ? targets[0]?.breaker.reason : undefined,
				inFlight,
				latencyMs: latencyMs === undefined ? undefined : Math.round(latencyMs),
				isLoaded,
			};
		});
	}

	private ordered(plan: Plan, body: Readonly<Record<string, unknown>>): Standing[] {
		const stickyBy = plan.alias?.stickyBy;
		return inOrder(
			plan.candidates.map((candidate) => this.standing(candidate)),
			{
				policy: plan.policy,
				stickyKey: stickyBy === undefined ? undefined : stickyKeyOf(stickyBy, body),
				random: Math.random,
			},
		);
	}

	private standing(candidate: Candidate): Standing {
		const { load } = this.targets.of(candidate)[0] as Target;
		return {
			candidate,
			inFlight: load.inFlight,
			latencyMs: load.latencyMs,
			isLoaded: this.loaded.has(candidate),
		};
	}
}
