import { Injectable } from '@nestjs/common';
import { checkExpiry } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { AppError, missing, type Page, type PageRequest, type Scope } from '#libs/kernel';
import { BudgetsRepository } from '../persistence/budgets.repository.js';
import type { RuleFilter } from '../persistence/rule-columns.js';
import type { BudgetChange, BudgetInput, BudgetRecord } from './budget.js';
import { RuleChanges } from './rule-changes.js';

/** An organization's own budgets. */
@Injectable()
export class BudgetsService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly budgets: BudgetsRepository,
		private readonly changes: RuleChanges,
	) {}

	/** Newest first, also those that have ended. */
	list(scope: Scope, filter: RuleFilter, request: PageRequest): Promise<Page<BudgetRecord>> {
		return this.work.run(scope, (tenant) => this.budgets.page(tenant, filter, request));
	}

	/** @throws AppError missing */
	get(scope: Scope, id: string): Promise<BudgetRecord> {
		return this.work.run(scope, async (tenant) => present(await this.budgets.find(tenant, id)));
	}

	/** @throws AppError invalid; missing for a project, user or key that is not of the organization; conflict */
	async create(scope: Scope, input: BudgetInput): Promise<BudgetRecord> {
		checkExpiry(input.expiresAt, new Date());
		return this.work.run(scope, async (tenant) => {
			await this.changes.demandTarget(tenant, input);
			const after = present(await this.budgets.find(tenant, await this.budgets.insert(tenant, input)));
			await this.changes.add(tenant, { ...target('budget.create', after.id), after });
			return after;
		});
	}

	/** What was spent stays spent. @throws AppError missing, invalid */
	async update(scope: Scope, id: string, change: BudgetChange): Promise<BudgetRecord> {
		checkExpiry(change.expiresAt ?? null, new Date());
		return this.work.run(scope, async (tenant) => {
			const before = present(await this.budgets.find(tenant, id, true));
			await this.budgets.update(tenant, id, change);
			const after = present(await this.budgets.find(tenant, id));
			await this.changes.add(tenant, { ...target('budget.update', id), before, after });
			return after;
		});
	}

	/** Makes one, or changes the one that is there. @throws AppError as `create` and `update`; conflict for one in another zone */
	set(scope: Scope, input: BudgetInput): Promise<BudgetRecord> {
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
