import type { BudgetRecord } from './budget.js';
import type { LimitRecord } from './limit.js';
import { type Called, type Caller, concerns, type EffectiveLimit, limitsFor } from './precedence.js';
import { type HeldRole, type RoleTemplate, templateOf } from './role-template.js';

/** Somebody's roles as they were read: the same object as long as they have the same. */
export interface RolesRead {
	readonly roles: readonly HeldRole[];
	readonly revision: string;
}

/** What binds one kind of call. Frozen. */
export interface BindingRules {
	readonly limits: readonly EffectiveLimit[];
	readonly budgets: readonly ZonedBudget[];
}

/** A budget with the IANA name of the zone in which its periods begin. */
export type ZonedBudget = BudgetRecord & { readonly timeZone: string };

/** When a rule ends, by a clock that never jumps; `Infinity`: never. */
type Ending<Rule> = Rule & { readonly endsAt: number };

/** Everything that an organization has set. */
export interface RuleSet {
	readonly limits: readonly Ending<LimitRecord>[];
	readonly budgets: readonly Ending<ZonedBudget>[];
	readonly templates: ReadonlyMap<string, RoleTemplate>;
}

/** What was said of one name that a caller used. */
interface Known<Answer> {
	readonly dialect: string | undefined;
	readonly model: string | undefined;
	readonly answer: Answer;
}
/** By name. */
type KnownNames<Answer> = Map<string | undefined, Known<Answer>[]>;

const CALLERS_MAX = 1_000;
const NAMES_MAX = 200;

/**
 * An organization's rules as they were read. Remembers what it said of each kind of call, until a rule ends: whoever asks
 * again gets it by three look-ups, without anything being made.
 */
export class RuleBook<Answer extends object> {
	private answers = new WeakMap<RolesRead, Map<string, KnownNames<Answer>>>();
	private validUntil: number;

	/** `make`: what callers want to be told. */
	constructor(
		private set: RuleSet,
		readonly revision: string,
		private readonly make: (rules: BindingRules) => Answer,
	) {
		this.validUntil = firstEnd(set);
	}

	/** The same object for the same kind of call. */
	of(caller: Caller, called: Called, roles: RolesRead, now: number): Answer {
		if (now >= this.validUntil) this.dropEnded(now);
		const names = this.namesOf(caller, roles);
		const { dialect, alias, model } = called;
		let same = names.get(alias);
		for (const known of same ?? []) if (known.dialect === dialect && known.model === model) return known.answer;
		const answer = this.make(bindingRules(this.set, roles.roles, caller, called));
		if (same === undefined) {
			if (names.size >= NAMES_MAX) names.clear();
			same = [];
			names.set(alias, same);
		}
		same.push({ dialect, model, answer });
		return answer;
	}

	/** A key is of one project; without one, a user acts in a project. */
	private namesOf({ keyId, projectId }: Caller, roles: RolesRead): KnownNames<Answer> {
		let callers = this.answers.get(roles);
		if (callers === undefined) {
			callers = new Map();
			this.answers.set(roles, callers);
		}
		const caller = keyId ?? projectId ?? '';
		const known = callers.get(caller);
		if (known !== undefined) return known;
		if (callers.size >= CALLERS_MAX) callers.clear();
		const names: KnownNames<Answer> = new Map();
		callers.set(caller, names);
		return names;
	}

	private dropEnded(now: number): void {
		const isOn = ({ endsAt }: { endsAt: number }): boolean => endsAt > now;
		const { limits, budgets, templates } = this.set;
		this.set = { limits: limits.filter(isOn), budgets: budgets.filter(isOn), templates };
		this.validUntil = firstEnd(this.set);
		this.answers = new WeakMap();
	}
}

const firstEnd = ({ limits, budgets }: RuleSet): number =>
	[...limits, ...budgets].reduce((first, { endsAt }) => Math.min(first, endsAt), Number.POSITIVE_INFINITY);

/** What binds a call of somebody with these roles. */
export function bindingRules(
	{ limits, budgets, templates }: RuleSet,
	roles: readonly HeldRole[],
	caller: Caller,
	called: Called,
): BindingRules {
	const template = templateOf(roles, templates, caller.projectId)?.limits ?? [];
	return Object.freeze({
		limits: Object.freeze(limitsFor({ limits, template }, caller, called).map(([strongest]) => strongest)),
		budgets: Object.freeze(budgets.filter((budget) => concerns(budget, caller, called))),
	});
}
