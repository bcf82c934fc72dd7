import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { organizationExplanation, organizationOption, withServices } from '../application.js';
import { type Command, requiredOption, textOption, UsageError } from '../command.js';
import { list, printResult } from '../output.js';

const email = z.email().max(254);
const name = z.string().trim().min(1).max(200);

export const command: Command = {
	usage: 'user create --email <address> [--name <name>] [--role <role>] [--organization <slug>]',
	options: {
		email: { type: 'string' },
		name: { type: 'string' },
		role: { type: 'string', default: 'basic' },
		...organizationOption,
	},
	explanations: {
		email: 'Address that the person signs in with',
		name: 'What to call them; by default the address',
		role: 'owner, admin, premium, basic, viewer or one of the organization; by default basic',
		...organizationExplanation,
	},
	async run(invocation) {
		const address = requiredOption(invocation, 'email');
		const called = textOption(invocation, 'name') ?? address;
		if (!email.safeParse(address).success) throw new UsageError('--email is not an e-mail address');
		if (!name.safeParse(called).success) throw new UsageError('--name must have 1 to 200 characters');
		const password = randomBytes(18).toString('base64url'); // on the command line others could read one
		const input = { email: address, name: called, password, role: requiredOption(invocation, 'role') };
		const user = await withServices(invocation, ({ scope, users }) => users.create(scope, input));
		printResult(invocation, { ...user, password }, () =>
			list({ id: user.id, email: user.email, roles: user.roles.join(','), 'password (shown once)': password }),
		);
	},
};
