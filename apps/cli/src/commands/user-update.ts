import { z } from 'zod';
import { organizationExplanation, organizationOption, withServices } from '../application.js';
import { type Command, type Invocation, textOption, UsageError } from '../command.js';
import { printResult } from '../output.js';
import { userNamed, userPositional, userText } from './user-named.js';

const change = z
	.object({
		name: z.string().trim().min(1).max(200).optional(),
		status: z.enum(['active', 'disabled']).optional(),
		membershipStatus: z.enum(['active', 'suspended']).optional(),
	})
	.refine((given) => Object.values(given).some((value) => value !== undefined));

/** @throws UsageError */
function changeOf(invocation: Invocation): z.output<typeof change> {
	const result = change.safeParse({
		name: textOption(invocation, 'name'),
		status: textOption(invocation, 'account'),
		membershipStatus: textOption(invocation, 'membership'),
	});
	if (!result.success)
		throw new UsageError('give --name, --account (active or disabled) or --membership (active or suspended)');
	return result.data;
}

export const command: Command = {
	usage:
		'user update <id or address> [--name <name>] [--account <status>] [--membership <status>] [--organization <slug>]',
	options: {
		name: { type: 'string' },
		account: { type: 'string' },
		membership: { type: 'string' },
		...organizationOption,
	},
	explanations: {
		name: 'What to call them',
		account: 'active or disabled, in every organization; active also takes a deletion back',
		membership: 'active or suspended, in this organization',
		...organizationExplanation,
	},
	positionals: userPositional,
	async run(invocation) {
		const to = changeOf(invocation);
		const user = await withServices(invocation, async (services) => {
			const { id } = await userNamed(services, invocation);
			return services.users.update(services.scope, id, to);
		});
		printResult(invocation, user, () => userText(user));
	},
};
