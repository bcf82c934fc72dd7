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
	readonly budgets: readonly BudgetRecord[];
}

/** When a rule ends, by a clock that never jumps; `Infinity`: never. */
type Ending<Rule> = Rule & { readonly endsAt: number };

/** Everything that an organization has set. */
export interface RuleSet {
	readonly limits: readonly Ending<LimitRecord>[];
	readonly budgets: readonly Ending<BudgetRecord>[];
	readonly templates: ReadonlyMap<string, RoleTemplate>;
}

const REMEMBERED = 10_000;

/** An organization's rules as they were read. Remembers what it said of each kind of call, until a rule ends. */
export class RuleBook<Answer extends object> {
	private answers = new WeakMap<RolesRead, Map<string, Answer>>();
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
		let known = this.answers.get(roles);
		if (known === undefined || known.size >= REMEMBERED) {
			known = new Map();
			this.answers.set(roles, known);
		}
		const question = `${caller.keyId} ${caller.projectId} ${called.dialect} ${called.alias}\n${called.model}`;
		let answer = known.get(question);
		if (answer === undefined) {
			answer = this.make(bindingRules(this.set, roles.roles, caller, called));
			known.set(question, answer);
		}
		return answer;
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
