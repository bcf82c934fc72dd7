import { Injectable } from '@nestjs/common';
import { checkExpiry } from '#libs/access';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { AppError, missing, type Page, type PageRequest, type Scope } from '#libs/kernel';
import { BudgetsRepository } from '../persistence/budgets.repository.js';
import type { RuleFilter } from '../persistence/rule-columns.js';
import type { BudgetChange, BudgetInput, BudgetRecord } from './budget.js';
import { BudgetSpending, type BudgetState } from './budget-spending.js';
import { RuleChanges } from './rule-changes.js';

/** An organization's own budgets. */
@Injectable()
export class BudgetsService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly budgets: BudgetsRepository,
		private readonly changes: RuleChanges,
		private readonly spending: BudgetSpending,
	) {}

	/** Newest first, also those that have ended. */
	list(scope: Scope, filter: RuleFilter, request: PageRequest): Promise<Page<BudgetState>> {
		return this.work.run(scope, async (tenant) => {
			const { items, next } = await this.budgets.page(tenant, filter, request);
			return { items: await this.spending.of(tenant, items), next };
		});
	}

	/** @throws AppError missing */
	get(scope: Scope, id: string): Promise<BudgetState> {
		return this.work.run(scope, async (tenant) => this.stateOf(tenant, present(await this.budgets.find(tenant, id))));
	}

	/** @throws AppError invalid; missing for a project, user or key that is not of the organization; conflict */
	async create(scope: Scope, input: BudgetInput): Promise<BudgetState> {
		checkExpiry(input.expiresAt, new Date());
		return this.work.run(scope, async (tenant) => {
			await this.changes.demandTarget(tenant, input);
			const after = present(await this.budgets.find(tenant, await this.budgets.insert(tenant, input)));
			await this.changes.add(tenant, { ...target('budget.create', after.id), after });
			return this.stateOf(tenant, after);
		});
	}

	/** What was spent stays spent. @throws AppError missing, invalid */
	async update(scope: Scope, id: string, change: BudgetChange): Promise<BudgetState> {
		checkExpiry(change.expiresAt ?? null, new Date());
		return this.work.run(scope, async (tenant) => {
			const before = present(await this.budgets.find(tenant, id, true));
			await this.budgets.update(tenant, id, change);
			const after = present(await this.budgets.find(tenant, id));
			await this.changes.add(tenant, { ...target('budget.update', id), before, after });
			return this.stateOf(tenant, after);
		});
	}

	/** Makes one, or changes the one that is there. @throws AppError as `create` and `update`; conflict for one in another zone */
	set(scope: Scope, input: BudgetInput): Promise<BudgetState> {
		return this.work.run(scope, async (tenant) => {
			const there = await this.budgets.inPlace(tenant, input);
			if (there === undefined) return this.create(tenant, input);
			if (there.zone !== input.zone)
				throw new AppError('conflict', 'already_exists', 'There is such a budget in the other zone: remove it first');
			return this.update(tenant, there.id, changeOf(input));
		});
	}

	/** @throws AppError missing */
	remove(scope: Scope, id: string): Promise<void> {
		return this.work.run(scope, async (tenant) => {
			const before = present(await this.budgets.find(tenant, id, true));
			await this.budgets.delete(tenant, id);
			await this.changes.add(tenant, { ...target('budget.delete', id), before });
		});
	}

	private async stateOf(tenant: TenantScope, budget: BudgetRecord): Promise<BudgetState> {
		const [state] = await this.spending.of(tenant, [budget]);
		return state as BudgetState; // it was read in the same transaction
	}
}

function present(budget: BudgetRecord | undefined): BudgetRecord {
	if (budget === undefined) throw missing('The budget');
	return budget;
}

const target = <Action extends string>(action: Action, targetId: string) =>
	({ action, targetType: 'budget', targetId }) as const;

const changeOf = ({ amountNanoUsd, action, thresholds, reason, expiresAt }: BudgetInput): BudgetChange => ({
	amountNanoUsd,
	action,
	thresholds,
	reason,
	expiresAt,
});
