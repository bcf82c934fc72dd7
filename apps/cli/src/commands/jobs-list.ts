import { organizationExplanation, organizationOption, withServices } from '../application.js';
import type { Command } from '../command.js';
import { countOption, jobCells, stateOption } from '../jobs.js';
import { printResult, table } from '../output.js';

const LIMIT = 100;

export const command: Command = {
	usage: 'jobs list [--state pending|done|failed] [--limit <n>] [--organization <slug>]',
	options: { state: { type: 'string' }, limit: { type: 'string' }, ...organizationOption },
	explanations: {
		state: 'Only those in this state; `failed` ones were given up',
		limit: `At most so many, the newest first; by default ${LIMIT}`,
		...organizationExplanation,
	},
	async run(invocation) {
		const filter = { status: stateOption(invocation), limit: countOption(invocation, 'limit', LIMIT) };
		const items = await withServices(invocation, ({ scope, jobs }) => jobs.list(scope, filter));
		printResult(invocation, { items }, () =>
			table(['id', 'job', 'state', 'tries', 'since', 'error'], items.map(jobCells)),
		);
	},
};
