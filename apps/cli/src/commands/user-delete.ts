import { organizationExplanation, organizationOption, withServices } from '../application.js';
import type { Command } from '../command.js';
import { printResult } from '../output.js';
import { userNamed, userPositional, userText } from './user-named.js';

export const command: Command = {
	usage: 'user delete <id or address> [--organization <slug>]',
	options: organizationOption,
	explanations: organizationExplanation,
	positionals: userPositional,
	async run(invocation) {
		const user = await withServices(invocation, async (services) => {
			const { id } = await userNamed(services, invocation);
			return services.users.remove(services.scope, id);
		});
		printResult(invocation, user, () => userText(user));
	},
};
