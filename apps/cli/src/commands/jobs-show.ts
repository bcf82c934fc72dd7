import { organizationExplanation, organizationOption, withServices } from '../application.js';
import type { Command } from '../command.js';
import { list, printResult } from '../output.js';

export const command: Command = {
	usage: 'jobs show <id> [--organization <slug>]',
	options: organizationOption,
	explanations: organizationExplanation,
	positionals: { min: 1, max: 1 },
	async run(invocation) {
		const [id = ''] = invocation.positionals;
		const job = await withServices(invocation, ({ scope, jobs }) => jobs.get(scope, id));
		printResult(invocation, job, () =>
			list({
				id: job.id,
				job: job.job,
				state: job.status,
				tries: job.deliveries,
				since: job.createdAt.toISOString(),
				next: job.status === 'pending' ? job.deliverAt.toISOString() : '',
				over: job.finishedAt?.toISOString() ?? '',
				payload: JSON.stringify(job.payload),
				error: job.error ?? '',
			}),
		);
	},
};
