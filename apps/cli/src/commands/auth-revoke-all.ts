import { everything, organizationExplanation, organizationOption, withServices } from '../application.js';
import { type Command, textOption } from '../command.js';
import { printResult } from '../output.js';
import { userNamed } from './user-named.js';

export const command: Command = {
	usage: 'auth revoke-all [--user <id or address>] [--organization <slug>]',
	options: { user: { type: 'string' }, ...organizationOption },
	explanations: {
		user: 'Whose sessions; by default those of everybody in the organization',
		...organizationExplanation,
	},
	async run(invocation) {
		const named = textOption(invocation, 'user');
		const sessions = await withServices(invocation, async (services) => {
			const { scope, users } = services;
			const people =
				named === undefined
					? await everything((page) => users.list(scope, page))
					: [await userNamed(services, { ...invocation, positionals: [named] })];
			let ended = 0;
			for (const { id } of people) ended += await users.logOut(scope, id);
			return ended;
		});
		printResult(invocation, { sessions }, () => `ended ${sessions} sessions\n`);
	},
};
