import type { CallStart, PricedModel } from '#libs/metering';
import { type Plan, type Route, vendorOf } from '#libs/providers';
import type { InboundCall } from './inbound-call.js';
import { estimatedInputTokens } from './prepare.js';

/** A request that sets no cap may produce so much, for the reservation. */
const DEFAULT_OUTPUT_CAP = 4_096;

/** A call as the ledger and its limits see it before it begins. */
export function callStart(call: InboundCall, target: Route, plan: Plan): CallStart {
	const { principal } = call;
	const { actor } = principal;
	return {
		organizationId: principal.organizationId,
		projectId: principal.projectId,
		userId: actor.kind === 'system' ? undefined : actor.userId,
		keyId: actor.kind === 'key' ? actor.keyId : undefined,
		epochs: principal.epochs,
		requestId: call.requestId,
		dialect: call.operation.dialect,
		operation: call.operation.name,
		alias: call.alias,
		providerId: target.provider.id,
		vendor: vendorOf(target.provider),
		model: target.model,
		candidates: candidatesOf(plan),
		isStreamed: call.isStreamed,
		reservedInputTokens: estimatedInputTokens(call.body),
		reservedOutputTokens: reservedOutput(call, plan),
		reservedImages: 0,
	};
}

function reservedOutput({ operation, scanned }: InboundCall, { alias }: Plan): number {
	const cap = operation.outputCap(scanned);
	if (cap !== undefined) return cap;
	return (alias?.defaultOutputCap ?? DEFAULT_OUTPUT_CAP) * (operation.answers?.(scanned) ?? 1);
}

/** Made once: plans are the same objects as long as nothing changes. */
const known = new WeakMap<Plan, readonly PricedModel[]>();

function candidatesOf(plan: Plan): readonly PricedModel[] {
	const found = known.get(plan);
	if (found !== undefined) return found;
	const all = plan.candidates.map(({ provider, model }) => ({
		vendor: vendorOf(provider),
		providerId: provider.id,
		model,
	}));
	known.set(plan, all);
	return all;
}
