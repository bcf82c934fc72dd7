import { withServices } from '../application.js';
import type { Command } from '../command.js';
import { list, printResult } from '../output.js';
import { periodExplanations, periodOptions, periodQuery, seeingAll } from '../usage.js';
import { usdOf } from '../usd.js';

const percent = (change: number | null): string =>
	change === null ? '' : ` (${change < 0 ? '' : '+'}${(change * 100).toFixed(1)} %)`;

export const command: Command = {
	usage: 'usage show [--from <day>] [--to <day>]',
	options: periodOptions,
	explanations: periodExplanations,
	async run(invocation) {
		const query = periodQuery(invocation);
		const found = await withServices(invocation, async ({ scope, analytics }) => ({
			...(await analytics.totals(seeingAll(scope), query)),
			month: await analytics.forecast(seeingAll(scope), { zone: 'UTC', filter: {} }),
		}));
		const { total, change, month } = found;
		printResult(invocation, found, () =>
			list({
				from: found.from.toISOString(),
				to: found.to.toISOString(),
				calls: `${total.calls}${percent(change.calls)}`,
				errors: total.errors,
				'input tokens': total.inputTokens + total.cacheReadTokens + total.cacheWriteTokens,
				'output tokens': total.outputTokens + total.reasoningTokens,
				usd: `${usdOf(total.costNanoUsd)}${percent(change.cost)}`,
				'usd this month': usdOf(month.costNanoUsd),
				'usd at its end': usdOf(month.forecastNanoUsd),
			}),
		);
	},
};
