import type { ScriptQuestion, ScriptValue } from '#libs/redis';
import type { CallOutcome, CallStart } from '../call.js';
import { leasesKey, reservationsKey } from '../lease-keys.js';
import { settleScript } from '../lease-scripts.js';
import { amountOf, chargedTo, type Reservation, usedIn } from './meters.js';

/** A call that is over, as it is taken from its meters. */
export interface Ended {
	readonly eventId: string;
	readonly start: Pick<CallStart, 'organizationId' | 'alias' | 'model'>;
	readonly outcome: CallOutcome;
	/** `undefined`: it has none, or nobody knows it. */
	readonly reservation: Reservation | undefined;
	/** The outcome for the lease; empty: it stays as it is. */
	readonly packed: string;
}

const NOTHING: Reservation = Object.freeze({ input: 0, output: 0, windows: [], gauges: [], budgets: [], cost: 0 });

/** What gives back what a call reserved and did not use, and completes its lease. */
export function settlementOf({ eventId, start, outcome, reservation, packed }: Ended): Settlement {
	const { windows, gauges, budgets, cost } = reservation ?? NOTHING;
	const keys = [leasesKey(start.organizationId), reservationsKey(start.organizationId)];
	const values: ScriptValue[] = [eventId, packed, windows.length, gauges.length];
	for (const window of windows) {
		keys.push(window.key);
		values.push(window.stepMs, usedIn(window, start, outcome) - amountOf(window.metric, reservation ?? NOTHING));
	}
	keys.push(...gauges);
	for (const budget of budgets) {
		keys.push(budget.key);
		values.push(cost, chargedTo(budget, start, outcome));
	}
	return { script: settleScript, keysAndArguments: [...keys, ...values], keyCount: keys.length, limitMs: undefined };
}

export type Settlement = ScriptQuestion<number> & { readonly keyCount: number };
