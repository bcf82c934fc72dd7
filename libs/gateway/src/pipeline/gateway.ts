import { Injectable } from '@nestjs/common';
import { CallLedger } from '#libs/metering';
import { ModelCatalogue, type Plan } from '#libs/providers';
import { CallRun } from './call-run.js';
import type { Downstream, InboundCall } from './inbound-call.js';
import { allowedPlan, demandModel } from './model-access.js';
import { RunParts } from './run-parts.js';

/**
 * The pipeline of every call: route, policies, one script, upstream, pump, ledger. In steady state nothing in it waits but
 * for Redis and the upstream.
 */
@Injectable()
export class Gateway {
	constructor(
		private readonly catalogue: ModelCatalogue,
		private readonly ledger: CallLedger,
		private readonly parts: RunParts,
	) {}

	/**
	 * Resolves once the upstream is asked; from then on `down` gets the answer or the error.
	 * @throws AppError for everything that is refused before; nothing was sent to `down` then.
	 */
	async handle(call: InboundCall, down: Downstream): Promise<void> {
		const found = this.planOf(call);
		const plan = found instanceof Promise ? await found : found;
		const waiting = this.parts.policies.before(call, plan);
		if (waiting !== undefined) await waiting;
		await new CallRun(this.parts, call, plan, down).start(this.ledger);
	}

	/**
	 * Where a call may go; at once when its name is known.
	 * @throws AppError denied `dialect_not_allowed`; missing `model_not_found`; unavailable
	 */
	planOf(call: InboundCall): Plan | Promise<Plan> {
		demandModel(call);
		const found = this.catalogue.resolve(call.principal.organizationId, call.alias);
		return found instanceof Promise ? found.then((plan) => allowedPlan(call, plan)) : allowedPlan(call, found);
	}
}
