import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { type BudgetTerm, SpendingRepository, type SpentOnModel } from '../persistence/spending.repository.js';
import type { BudgetRecord } from './budget.js';
import { isAbout } from './precedence.js';

/** A budget with what is spent of it in the running period. */
export interface BudgetState extends BudgetRecord {
	/** By the ledger: calls that run, or finished less than a second ago, are not in it yet. */
	readonly spentNanoUsd: string;
	/** Never less than 0. */
	readonly remainingNanoUsd: string;
	readonly startsAt: Date;
	/** When the whole amount is there again; `null`: never. */
	readonly endsAt: Date | null;
}

/** What is spent of budgets, and left. */
@Injectable()
export class BudgetSpending {
	constructor(private readonly spending: SpendingRepository) {}

	/** In the order of the budgets. What is asked twice is read once. */
	async of(tenant: TenantScope, budgets: readonly BudgetRecord[]): Promise<BudgetState[]> {
		const terms = await this.spending.terms(
			tenant,
			budgets.map(({ id }) => id),
		);
		const read = new Map<string, SpentOnModel[]>();
		const states: BudgetState[] = [];
		for (const budget of budgets) {
			const term = terms.get(budget.id);
			if (term === undefined) continue; // somebody removed it meanwhile
			const question = `${budget.attachmentId} ${term.startsAt.getTime()}`;
			const spent = read.get(question) ?? (await this.spending.since(tenant, term.startsAt, budget));
			read.set(question, spent);
			states.push(stateOf(budget, term, spent));
		}
		return states;
	}
}

function stateOf(budget: BudgetRecord, { startsAt, endsAt }: BudgetTerm, all: readonly SpentOnModel[]): BudgetState {
	const spent = all.filter((part) => isAbout(budget, part)).reduce((sum, part) => sum + BigInt(part.costNanoUsd), 0n);
	const left = BigInt(budget.amountNanoUsd) - spent;
	return {
		...budget,
		spentNanoUsd: String(spent),
		remainingNanoUsd: String(left > 0n ? left : 0n),
		startsAt,
		endsAt,
	};
}
