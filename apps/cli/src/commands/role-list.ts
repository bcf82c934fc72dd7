import { everything, organizationExplanation, organizationOption, userIdOf, withServices } from '../application.js';
import { type Command, textOption } from '../command.js';
import { printResult, table } from '../output.js';

export const command: Command = {
	usage: 'role list [--user <address>] [--organization <slug>]',
	options: { user: { type: 'string' }, ...organizationOption },
	explanations: {
		user: 'Show the roles that this person, or the service account with this id, has',
		...organizationExplanation,
	},
	async run(invocation) {
		const user = textOption(invocation, 'user');
		if (user === undefined) {
			const items = await withServices(invocation, ({ scope, roles }) => roles.list(scope));
			printResult(invocation, { items }, () =>
				table(
					['id', 'role', 'kind', 'permissions'],
					items.map((role) => [role.id, role.name, role.isBuiltIn ? 'built in' : 'own', role.permissions.length]),
				),
			);
			return;
		}
		const items = await withServices(invocation, async (services) => {
			const userId = await userIdOf(services, user);
			return everything((page) => services.assignments.list(services.scope, { userId }, page));
		});
		printResult(invocation, { items }, () =>
			table(
				['id', 'role', 'project', 'expires'],
				items.map(({ id, roleName, projectId, expiresAt }) => [id, roleName, projectId, expiresAt?.toISOString()]),
			),
		);
	},
};
