import { AppError, type ModelAccess } from '#libs/kernel';
import { modelNotFound, type Plan } from '#libs/providers';
import type { InboundCall } from './inbound-call.js';

/**
 * Refuses a name that the caller's roles or key do not let through, before it is looked up: so a hidden model answers as one
 * that does not exist. Costs nothing without restrictions.
 * @throws AppError denied `dialect_not_allowed`; missing `model_not_found`
 */
export function demandModel({ principal: { models }, operation: { dialect }, alias }: InboundCall): void {
	if (models === undefined) return;
	if (!models.allowsDialect(dialect)) throw dialectNotAllowed(dialect);
	if (!models.allows(dialect, alias)) throw modelNotFound(alias);
}

export const dialectNotAllowed = (dialect: string): AppError =>
	new AppError('denied', 'dialect_not_allowed', `Your roles or your key do not allow the dialect ${dialect}`);

/** Only what differs from the plan itself; the same object each time, as plans are. */
const narrowed = new WeakMap<ModelAccess, WeakMap<Plan, Plan>>();

/** The plan without models that the caller may not use, whatever name leads there. @throws AppError missing `model_not_found` */
export function allowedPlan({ principal: { models }, operation: { dialect }, alias }: InboundCall, plan: Plan): Plan {
	if (models === undefined) return plan;
	const known = narrowed.get(models)?.get(plan);
	if (known !== undefined) return known;
	const [first, ...others] = plan.candidates.filter(({ model }) => models.allows(dialect, alias, model));
	if (first === undefined) throw modelNotFound(alias);
	if (others.length + 1 === plan.candidates.length) return plan;
	const rest: Plan = Object.freeze({ ...plan, candidates: [first, ...others] as const });
	if (!narrowed.has(models)) narrowed.set(models, new WeakMap());
	narrowed.get(models)?.set(plan, rest);
	return rest;
}
