import { withServices } from '../application.js';
import type { Command } from '../command.js';
import { printResult, table } from '../output.js';
import { groupExplanations, groupOptions, groupQuery, seeingAll } from '../usage.js';
import { usdOf } from '../usd.js';

const SHOWN = 50;

export const command: Command = {
	usage: 'usage report [--by <dimension>[,<dimension>]] [--order <what>] [--from <day>] [--to <day>]',
	options: groupOptions,
	explanations: groupExplanations,
	async run(invocation) {
		const query = groupQuery(invocation, SHOWN);
		const found = await withServices(invocation, ({ scope, analytics }) =>
			analytics.breakdown(seeingAll(scope), query),
		);
		printResult(invocation, found, () =>
			table(
				[...query.by, 'calls', 'errors', 'input', 'output', 'usd'],
				found.items.map((item) => [
					...item.group,
					item.calls,
					item.errors,
					item.inputTokens + item.cacheReadTokens + item.cacheWriteTokens,
					item.outputTokens + item.reasoningTokens,
					usdOf(item.costNanoUsd),
				]),
			),
		);
	},
};
