import { everything, organizationExplanation, organizationOption, withServices } from '../application.js';
import type { Command } from '../command.js';
import { printResult, table } from '../output.js';

export const command: Command = {
	usage: 'alias list [--organization <slug>]',
	options: organizationOption,
	explanations: organizationExplanation,
	async run(invocation) {
		const items = await withServices(invocation, ({ scope, aliases }) =>
			everything((page) => aliases.list(scope, page)),
		);
		printResult(invocation, { items }, () =>
			table(
				['id', 'name', 'policy', 'enabled', 'targets'],
				items.map(({ id, name, policy, isEnabled, targets }) => [
					id,
					name,
					policy,
					isEnabled ? 'yes' : 'no',
					targets.map(({ model }) => model).join(','),
				]),
			),
		);
	},
};
