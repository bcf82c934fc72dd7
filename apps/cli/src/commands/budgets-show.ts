import type { RuleQuestion } from '#libs/metering';
import { withServices } from '../application.js';
import type { Command } from '../command.js';
import { printResult, table } from '../output.js';
import { anything, checkSubject, placeText, subjectExplanations, subjectOf, subjectOptions } from '../rules.js';
import { usdOf } from '../usd.js';

export const command: Command = {
	usage: 'budgets show [--user <address> | --key <id> | --project <id>] [--organization <slug>]',
	options: subjectOptions,
	explanations: subjectExplanations,
	async run(invocation) {
		checkSubject(invocation);
		const { budgets: items } = await withServices(invocation, async (services) => {
			const { attachment, attachmentId } = await subjectOf(services, invocation);
			const question: RuleQuestion = { ...anything, [`${attachment}Id`]: attachmentId };
			return services.rules.explain(services.scope, question);
		});
		printResult(invocation, { items }, () =>
			table(
				['binds', 'usd', 'spent', 'left', 'period', 'until', 'action', 'dialect', 'model'],
				items.map((budget) => [
					placeText(budget),
					usdOf(budget.amountNanoUsd),
					usdOf(budget.spentNanoUsd),
					usdOf(budget.remainingNanoUsd),
					budget.period,
					budget.endsAt?.toISOString(),
					budget.action,
					budget.dialect,
					budget.model,
				]),
			),
		);
	},
};
