import { Injectable } from '@nestjs/common';
import { CallLedger } from '#libs/metering';
import { ModelCatalogue } from '#libs/providers';
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
		demandModel(call);
		const found = this.catalogue.resolve(call.principal.organizationId, call.alias);
		const plan = allowedPlan(call, found instanceof Promise ? await found : found);
		const waiting = this.parts.policies.before(call, plan);
		if (waiting !== undefined) await waiting;
		await new CallRun(this.parts, call, plan, down).start(this.ledger);
	}
}
