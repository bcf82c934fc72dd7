import { everything, organizationExplanation, organizationOption, withServices } from '../application.js';
import type { Command } from '../command.js';
import { printResult, table } from '../output.js';
import { placeText } from '../rules.js';
import { usdOf } from '../usd.js';

export const command: Command = {
	usage: 'budgets list [--organization <slug>]',
	options: organizationOption,
	explanations: organizationExplanation,
	async run(invocation) {
		const items = await withServices(invocation, ({ scope, budgets }) =>
			everything((page) => budgets.list(scope, {}, page)),
		);
		printResult(invocation, { items }, () =>
			table(
				['id', 'binds', 'usd', 'spent', 'left', 'period', 'zone', 'action', 'dialect', 'model', 'expires', 'reason'],
				items.map((budget) => [
					budget.id,
					placeText(budget),
					usdOf(budget.amountNanoUsd),
					usdOf(budget.spentNanoUsd),
					usdOf(budget.remainingNanoUsd),
					budget.period,
					budget.zone,
					budget.action,
					budget.dialect,
					budget.model,
					budget.expiresAt?.toISOString(),
					budget.reason,
				]),
			),
		);
	},
};
