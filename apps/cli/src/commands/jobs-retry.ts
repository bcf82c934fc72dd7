import { organizationExplanation, organizationOption, withServices } from '../application.js';
import { type Command, UsageError } from '../command.js';
import { printResult } from '../output.js';

export const command: Command = {
	usage: 'jobs retry <id> | --all [--organization <slug>]',
	options: { all: { type: 'boolean' }, ...organizationOption },
	explanations: { all: 'Every job of the organization that was given up', ...organizationExplanation },
	positionals: { min: 0, max: 1 },
	async run(invocation) {
		const [id] = invocation.positionals;
		const isAll = invocation.options['all'] === true;
		if (isAll === (id !== undefined)) throw new UsageError('Name a job, or say --all');
		const retried = await withServices(invocation, async ({ scope, jobs }) => {
			if (id === undefined) return jobs.retryAll(scope);
			await jobs.retry(scope, id);
			return 1;
		});
		printResult(invocation, { retried }, () => `${retried} jobs are tried again\n`);
	},
};
