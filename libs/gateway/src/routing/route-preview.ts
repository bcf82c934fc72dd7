import { Injectable } from '@nestjs/common';
import type { Scope } from '#libs/kernel';
import { ModelCatalogue, type RoutingPolicy } from '#libs/providers';
import { type RouteCandidate, Router } from './router.js';

/** Where a call would go. */
export interface RoutePreview {
	readonly model: string;
	readonly isAlias: boolean;
	readonly policy: RoutingPolicy;
	/** In the order in which a call would try them now. */
	readonly candidates: readonly RouteCandidate[];
}

/** Answers where a request would go, and why, without calling anyone. */
@Injectable()
export class RoutePreviews {
	constructor(
		private readonly catalogue: ModelCatalogue,
		private readonly router: Router,
	) {}

	/**
	 * `body`: what the call would send; the policy `sticky` reads it.
	 * @throws AppError as `ModelCatalogue.resolve`
	 */
	async of(scope: Scope, model: string, body: Readonly<Record<string, unknown>>): Promise<RoutePreview> {
		const plan = await this.catalogue.resolve(scope.organizationId, model);
		return {
			model,
			isAlias: plan.alias !== undefined,
			policy: plan.policy,
			candidates: this.router.explain(plan, body),
		};
	}
}
