import { Injectable } from '@nestjs/common';
import type { CallOutcome } from '#libs/metering';
import type { Plan, Route } from '#libs/providers';
import type { CallPolicy, InboundCall } from './inbound-call.js';

/** The stages before and after each call. Features add their policies at boot; the order is that of adding. */
@Injectable()
export class CallPolicies {
	private readonly policies: CallPolicy[] = [];

	add(policy: CallPolicy): void {
		this.policies.push(policy);
	}

	/** A promise only when a policy waits for something. @throws AppError of the policy that refuses. */
	before(call: InboundCall, plan: Plan): void | Promise<void> {
		for (const [at, policy] of this.policies.entries()) {
			const waiting = policy.before?.(call, plan);
			if (waiting instanceof Promise) return this.rest(waiting, at + 1, call, plan);
		}
	}

	after(call: InboundCall, route: Route, outcome: CallOutcome): void {
		for (const policy of this.policies) policy.after?.(call, route, outcome);
	}

	private async rest(waiting: Promise<void>, from: number, call: InboundCall, plan: Plan): Promise<void> {
		await waiting;
		for (const policy of this.policies.slice(from)) await policy.before?.(call, plan);
	}
}
