import { withServices } from '../application.js';
import type { Command } from '../command.js';
import { csvOf, groupExplanations, groupOptions, groupQuery, seeingAll } from '../usage.js';

const MOST = 1_000_000;

export const command: Command = {
	usage: 'usage export [--by <dimension>[,<dimension>]] [--from <day>] [--to <day>] [--json]',
	options: groupOptions,
	explanations: groupExplanations,
	async run(invocation) {
		const query = groupQuery(invocation, MOST);
		const { items } = await withServices(invocation, ({ scope, analytics }) =>
			analytics.breakdown(seeingAll(scope), query),
		);
		const { out } = invocation.terminal;
		if (invocation.options.json === true) for (const item of items) out(`${JSON.stringify(item)}\n`);
		else out(csvOf(query.by, items));
	},
};
