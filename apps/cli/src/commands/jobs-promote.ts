import { organizationExplanation, organizationOption, withServices } from '../application.js';
import type { Command } from '../command.js';
import { printResult } from '../output.js';

export const command: Command = {
	usage: 'jobs promote <id> [--organization <slug>]',
	options: organizationOption,
	explanations: organizationExplanation,
	positionals: { min: 1, max: 1 },
	async run(invocation) {
		const [id = ''] = invocation.positionals;
		const job = await withServices(invocation, ({ scope, jobs }) => jobs.promote(scope, id));
		printResult(invocation, job, () => `${job.id} (${job.job}) is offered now\n`);
	},
};
