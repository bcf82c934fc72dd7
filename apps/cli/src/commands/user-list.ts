import { everything, organizationExplanation, organizationOption, withServices } from '../application.js';
import type { Command } from '../command.js';
import { printResult, table } from '../output.js';

export const command: Command = {
	usage: 'user list [--organization <slug>]',
	options: organizationOption,
	explanations: organizationExplanation,
	async run(invocation) {
		const items = await withServices(invocation, ({ scope, users }) => everything((page) => users.list(scope, page)));
		printResult(invocation, { items }, () =>
			table(
				['id', 'email', 'name', 'roles', 'status', 'membership'],
				items.map((u) => [u.id, u.email, u.name, u.roles.join(','), u.status, u.membershipStatus]),
			),
		);
	},
};
