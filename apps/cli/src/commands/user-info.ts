import { organizationExplanation, organizationOption, withServices } from '../application.js';
import type { Command } from '../command.js';
import { printResult } from '../output.js';
import { userNamed, userPositional, userText } from './user-named.js';

export const command: Command = {
	usage: 'user info <id or address> [--organization <slug>]',
	options: organizationOption,
	explanations: organizationExplanation,
	positionals: userPositional,
	async run(invocation) {
		const user = await withServices(invocation, (services) => userNamed(services, invocation));
		printResult(invocation, user, () => userText(user));
	},
};
