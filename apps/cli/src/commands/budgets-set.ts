import { budgetActions, budgetPeriods, budgetZones } from '#libs/metering';
import { withServices } from '../application.js';
import { type Command, type Invocation, requiredOption, textOption, UsageError } from '../command.js';
import { printResult } from '../output.js';
import {
	checkSubject,
	placeText,
	ruleExplanations,
	ruleOf,
	ruleOptions,
	subjectExplanations,
	subjectOf,
	subjectOptions,
	wordOption,
} from '../rules.js';
import { nanoUsdOf, usdOf } from '../usd.js';

export const command: Command = {
	usage:
		'budgets set --amount <usd> --period <period> [--action block|warn] [--user <address> | --key <id> | --project <id>]',
	options: {
		amount: { type: 'string' },
		period: { type: 'string' },
		zone: { type: 'string' },
		action: { type: 'string' },
		thresholds: { type: 'string' },
		...ruleOptions,
		...subjectOptions,
	},
	explanations: {
		amount: 'In US dollars, such as 25 or 0.05',
		period: `${budgetPeriods.join(', ')}; by default month`,
		zone: `${budgetZones.join(', ')}: where the period begins; by default utc`,
		action: `${budgetActions.join(', ')}: what becomes of calls when it is spent; by default block`,
		thresholds: 'Percents at which people are told; by default 50,80,100',
		...ruleExplanations,
		...subjectExplanations,
	},
	async run(invocation) {
		checkSubject(invocation);
		const terms = termsOf(invocation);
		const rule = ruleOf(invocation);
		const budget = await withServices(invocation, async (services) => {
			const subject = await subjectOf(services, invocation);
			return services.budgets.set(services.scope, { ...subject, ...rule, ...terms });
		});
		const { amountNanoUsd, period, action, id } = budget;
		printResult(
			invocation,
			budget,
			() => `${placeText(budget)}: ${usdOf(amountNanoUsd)} USD a ${period}, then ${action} (${id})\n`,
		);
	},
};

function termsOf(invocation: Invocation) {
	const amountNanoUsd = nanoUsdOf(requiredOption(invocation, 'amount'));
	if (amountNanoUsd === undefined) throw new UsageError('--amount must be an amount of US dollars, such as 25 or 0.05');
	return {
		amountNanoUsd,
		period: wordOption(invocation, 'period', budgetPeriods) ?? 'month',
		zone: wordOption(invocation, 'zone', budgetZones) ?? 'utc',
		action: wordOption(invocation, 'action', budgetActions) ?? 'block',
		thresholds: thresholdsOf(invocation),
	};
}

function thresholdsOf(invocation: Invocation): number[] {
	const percents = (textOption(invocation, 'thresholds') ?? '50,80,100').split(',').map(Number);
	const isRight = percents.every(
		(percent, at) => Number.isInteger(percent) && percent > (percents[at - 1] ?? 0) && percent <= 1_000,
	);
	if (!isRight || percents.length > 10)
		throw new UsageError('--thresholds must be ascending percents, such as 50,80,100');
	return percents;
}
