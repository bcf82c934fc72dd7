import { organizationExplanation, organizationOption, withServices } from '../application.js';
import { type Command, UsageError } from '../command.js';
import { countOption, stateOption } from '../jobs.js';
import { printResult } from '../output.js';

const DAYS = 30;
const DAY_MS = 86_400_000;

export const command: Command = {
	usage: 'jobs clean [--state done|failed] [--days <n>] [--organization <slug>]',
	options: { state: { type: 'string' }, days: { type: 'string' }, ...organizationOption },
	explanations: {
		state: 'Those that were done (the default), or were given up',
		days: `That were over longer ago than so many days; by default ${DAYS}`,
		...organizationExplanation,
	},
	async run(invocation) {
		const status = stateOption(invocation) ?? 'done';
		if (status === 'pending') throw new UsageError('Jobs that wait cannot be cleaned away');
		const before = new Date(Date.now() - countOption(invocation, 'days', DAYS) * DAY_MS);
		const cleaned = await withServices(invocation, ({ scope, jobs }) => jobs.clean(scope, { status, before }));
		printResult(invocation, { cleaned }, () => `${cleaned} jobs are forgotten\n`);
	},
};
