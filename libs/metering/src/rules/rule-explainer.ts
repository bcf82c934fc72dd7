import { Injectable } from '@nestjs/common';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { missing, type Scope, userIdOf } from '#libs/kernel';
import { RuleSetRepository } from '../persistence/rule-set.repository.js';
import { SubjectsRepository } from '../persistence/subjects.repository.js';
import { BudgetSpending, type BudgetState } from './budget-spending.js';
import { type Called, type Caller, concerns, type EffectiveLimit, limitsFor } from './precedence.js';
import { templateOf } from './role-template.js';

/** Whom a question is about: a key, or else a user, in a project or not; nobody: what binds all. */
export interface RuleQuestion extends Called {
	readonly keyId: string | undefined;
	readonly userId: string | undefined;
	readonly projectId: string | undefined;
}

/** A limit that counts, and those in the same place that do not, for it is stronger. */
export interface BindingLimit extends EffectiveLimit {
	readonly overrides: readonly EffectiveLimit[];
}

export interface RuleExplanation {
	readonly caller: Caller;
	/** The role whose template counts; `null`: there is none. */
	readonly templateRoleId: string | null;
	readonly limits: readonly BindingLimit[];
	readonly budgets: readonly BudgetState[];
}

/** Which limits and budgets bind whom, and why: read afresh, by the rule of the calls. */
@Injectable()
export class RuleExplainer {
	constructor(
		private readonly work: UnitOfWork,
		private readonly rules: RuleSetRepository,
		private readonly subjects: SubjectsRepository,
		private readonly spending: BudgetSpending,
	) {}

	/** @throws AppError missing for a key, user or project that the organization does not have */
	explain(scope: Scope, question: RuleQuestion): Promise<RuleExplanation> {
		return this.work.run(scope, async (tenant) => {
			const caller = await this.callerOf(tenant, question);
			const { limits, budgets, templates } = await this.rules.current(tenant);
			const roles = caller.userId === undefined ? [] : await this.subjects.rolesOf(tenant, caller.userId);
			const template = templateOf(roles, templates, caller.projectId);
			return {
				caller,
				templateRoleId: template?.roleId ?? null,
				limits: limitsFor({ limits, template: template?.limits ?? [] }, caller, question).map(
					([strongest, ...overrides]) => ({ ...strongest, overrides }),
				),
				budgets: await this.spending.of(
					tenant,
					budgets.filter((budget) => concerns(budget, caller, question)),
				),
			};
		});
	}

	/** What binds the caller's next calls, whatever they are. What all spend together is told to whoever may see budgets. */
	async mine(scope: Scope): Promise<RuleExplanation> {
		const { actor, projectId } = scope;
		const keyId = actor.kind === 'key' ? actor.keyId : undefined;
		const caller = { keyId, userId: keyId === undefined ? userIdOf(scope) : undefined, projectId };
		const all = await this.explain(scope, { ...caller, dialect: undefined, alias: undefined, model: undefined });
		if (scope.permissions.has('budgets:read')) return all;
		const isOwn = ({ attachment }: BudgetState): boolean => attachment === 'user' || attachment === 'key';
		return { ...all, budgets: all.budgets.filter(isOwn) };
	}

	private async callerOf(tenant: TenantScope, { keyId, userId, projectId }: RuleQuestion): Promise<Caller> {
		if (keyId !== undefined) {
			const caller = await this.subjects.ofKey(tenant, keyId);
			if (caller === undefined) throw missing('The key');
			return caller;
		}
		if (userId !== undefined && !(await this.subjects.exists(tenant, 'user', userId))) throw missing('The user');
		if (projectId !== undefined && !(await this.subjects.exists(tenant, 'project', projectId)))
			throw missing('The project');
		return { keyId, userId, projectId };
	}
}
