import { organizationKey } from '#libs/redis';
import type { CallOutcome, CallStart } from '../call.js';
import type { LimitMetric, LimitWindow } from '../rules/limit.js';
import { type EffectiveLimit, isAbout } from '../rules/precedence.js';
import type { BindingRules, ZonedBudget } from '../rules/rule-book.js';
import { microUsd, UNPRICED } from '../prices/cost.js';

/** A window slides in so many steps; the oldest counts whole, so that no window of any place in time has more than its limit. */
export const STEPS = 128;

const windowMs: Readonly<Record<LimitWindow, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** Milliseconds of a limit's window. */
export const windowMsOf = ({ window }: Pick<EffectiveLimit, 'window'>): number =>
	window === null ? 0 : windowMs[window];

/** What a sliding window counts, as it is known when a call is over. */
export interface CountedWindow {
	readonly key: string;
	/** Milliseconds of one step. */
	readonly stepMs: number;
	readonly metric: LimitMetric;
	/** Which models it is about; `null`: all. */
	readonly model: string | null;
}

/** A sliding window that bounds a call. */
export interface WindowMeter extends CountedWindow {
	readonly limit: EffectiveLimit;
}

/** Calls that run at the same time: each is there with its hard end, so that none stays for ever. */
export interface GaugeMeter {
	readonly key: string;
	readonly limit: EffectiveLimit;
}

/** Everything in Redis that one kind of call is measured by. Frozen, and the same object for the same kind of call. */
export interface CallMeters {
	readonly windows: readonly WindowMeter[];
	/** Those whose count is corrected when the call is over. */
	readonly corrected: readonly WindowMeter[];
	readonly gauges: readonly GaugeMeter[];
	/** Those that refuse calls when they are spent. */
	readonly budgets: readonly ZonedBudget[];
	/** What limits the call, each once. */
	readonly metrics: readonly LimitMetric[];
	/** Of windows and gauges, in the order of the admission script. */
	readonly keys: readonly string[];
	/** What the worker needs to correct them, as JSON. */
	readonly text: string;
}

/** The meters of rules; a rule that stands in several sets of rules counts once. */
export function metersOf(organizationId: string, sets: readonly BindingRules[]): CallMeters {
	const places = new Map(sets.flatMap(({ limits }) => limits.map((limit) => [limit.place, limit] as const)));
	const windows: WindowMeter[] = [];
	const gauges: GaugeMeter[] = [];
	for (const limit of places.values()) {
		const key = organizationKey(organizationId, `limit:${limit.place}`);
		const { metric, model } = limit;
		if (metric === 'concurrency') gauges.push({ key, limit });
		else windows.push({ key, stepMs: windowMsOf(limit) / STEPS, metric, model, limit });
	}
	const corrected = windows.filter(({ metric }) => metric !== 'requests');
	const text = JSON.stringify([
		corrected.map(({ key, stepMs, metric, model }) => [key, stepMs, metric, model]),
		gauges.map(({ key }) => key),
	]);
	const blocking = sets.flatMap((set) => set.budgets).filter(({ action }) => action === 'block');
	const budgets = [...new Map(blocking.map((budget) => [budget.id, budget])).values()];
	const keys = [...windows, ...gauges].map(({ key }) => key);
	const metrics = [...new Set([...places.values()].map(({ metric }) => metric))];
	return Object.freeze({ windows, corrected, gauges, budgets, metrics, keys, text });
}

/** Tokens that a call reserves, or has used. */
export interface TokenCount {
	readonly input: number;
	readonly output: number;
}

/** The running period of a budget. */
export interface BudgetCounter {
	readonly budget: ZonedBudget;
	readonly key: string;
	/** Milliseconds since 1970. */
	readonly startsAt: number;
	/** 0: never. */
	readonly endsAt: number;
	readonly amountMicroUsd: number;
}

/** What a call takes from its meters. */
export interface Claim extends TokenCount {
	readonly meters: CallMeters;
	readonly budgets: readonly BudgetCounter[];
	/** Micro-USD: the most that it can cost. */
	readonly cost: number;
}

/** How much one call counts by a metric. */
export function amountOf(metric: LimitMetric, { input, output }: TokenCount): number {
	switch (metric) {
		case 'requests':
		case 'concurrency':
			return 1;
		case 'input_tokens':
			return input;
		case 'output_tokens':
			return output;
		case 'total_tokens':
			return input + output;
	}
}

/** What a call still holds: its windows are corrected and its places given back when it is over. */
export interface Reservation extends TokenCount {
	readonly windows: readonly CountedWindow[];
	/** Keys. */
	readonly gauges: readonly string[];
	readonly budgets: readonly { readonly key: string; readonly model: string | null }[];
	/** Micro-USD, of each budget. */
	readonly cost: number;
}

export const reservationOf = ({ meters, input, output, budgets, cost }: Claim): Reservation => ({
	input,
	output,
	budgets: budgets.map(({ key, budget: { model } }) => ({ key, model })),
	cost,
	windows: meters.corrected,
	gauges: meters.gauges.map(({ key }) => key),
});

/** Whether there is anything to give back. */
export const holdsSomething = ({ meters: { corrected, gauges }, budgets }: Claim): boolean =>
	corrected.length + gauges.length + budgets.length > 0;

/** As the admission script stores it behind the moment of the admission. */
export const packReservation = ({ meters, input, output, budgets, cost }: Claim): string =>
	budgets.length === 0
		? `[${input},${output},${meters.text}]`
		: `[${input},${output},${meters.text},${cost},${JSON.stringify(budgets.map(({ key, budget }) => [key, budget.model]))}]`;

type Packed = readonly [
	input: number,
	output: number,
	meters: readonly [
		windows: readonly (readonly [key: string, stepMs: number, metric: LimitMetric, model: string | null])[],
		gauges: readonly string[],
	],
	cost?: number,
	budgets?: readonly (readonly [key: string, model: string | null])[],
];

/** `text`: as Redis has it, with the moment in front. @throws SyntaxError */
export function unpackReservation(text: string): Reservation {
	const [input, output, [windows, gauges], cost = 0, budgets = []] = JSON.parse(
		text.slice(text.indexOf(' ') + 1),
	) as Packed;
	return {
		input,
		output,
		windows: windows.map(([key, stepMs, metric, model]) => ({ key, stepMs, metric, model })),
		gauges,
		budgets: budgets.map(([key, model]) => ({ key, model })),
		cost,
	};
}

/** What remains counted in a window of a call that is over: nothing where another model has answered than the window is about. */
export function usedIn(
	{ metric, model }: Pick<CountedWindow, 'metric' | 'model'>,
	start: Pick<CallStart, 'alias' | 'model'>,
	outcome: Pick<CallOutcome, 'usage' | 'model'>,
): number {
	if (!concernsAnswer(model, start, outcome)) return 0;
	const { input, cacheRead, cacheWrite, output, reasoning } = outcome.usage;
	return amountOf(metric, { input: whole(input + cacheRead + cacheWrite), output: whole(output + reasoning) });
}

/** What a budget pays for a call that is over, in micro-USD: as the ledger has it. */
export function chargedTo(
	{ model }: { readonly model: string | null },
	start: Pick<CallStart, 'alias' | 'model'>,
	outcome: Pick<CallOutcome, 'cost' | 'model'>,
): number {
	const { cost } = outcome;
	if (cost === undefined || cost === UNPRICED || !concernsAnswer(model, start, outcome)) return 0;
	return microUsd(cost.total);
}

function concernsAnswer(
	pattern: string | null,
	{ alias, model }: Pick<CallStart, 'alias' | 'model'>,
	outcome: Pick<CallOutcome, 'model'>,
): boolean {
	const rule = { attachment: 'organization', attachmentId: null, dialect: null, model: pattern } as const;
	return isAbout(rule, { dialect: undefined, alias, model: outcome.model ?? model });
}

const MOST_TOKENS = 1_000_000_000; // as the ledger takes them
const whole = (tokens: number): number => (tokens > 0 ? Math.min(Math.ceil(tokens), MOST_TOKENS) : 0);
