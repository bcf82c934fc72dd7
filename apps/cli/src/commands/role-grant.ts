import { z } from 'zod';
import { isUuid, missing } from '#libs/kernel';
import { organizationExplanation, organizationOption, userIdOf, withServices } from '../application.js';
import { type Command, requiredOption, textOption, UsageError } from '../command.js';
import { printResult } from '../output.js';

const date = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);

export const command: Command = {
	usage: 'role grant --user <address> --role <name> [--project <id>] [--expires <date>] [--organization <slug>]',
	options: {
		user: { type: 'string' },
		role: { type: 'string' },
		project: { type: 'string' },
		expires: { type: 'string' },
		...organizationOption,
	},
	explanations: {
		user: 'E-mail address of a person, or id of a service account',
		role: 'Name of a role, as role list shows it',
		project: 'Id of a project: the role counts there only, for what belongs to projects',
		expires: 'When it ends, such as 2030-12-31 or 2030-12-31T12:00:00Z',
		...organizationExplanation,
	},
	async run(invocation) {
		const [user, name] = [requiredOption(invocation, 'user'), requiredOption(invocation, 'role')];
		const projectId = textOption(invocation, 'project');
		if (projectId !== undefined && !isUuid(projectId)) throw new UsageError('--project is not an id');
		const expires = textOption(invocation, 'expires');
		if (expires !== undefined && !date.safeParse(expires).success) throw new UsageError('--expires is not a date');
		const expiresAt = expires === undefined ? null : new Date(expires);
		const assignment = await withServices(invocation, async (services) => {
			const role = (await services.roles.list(services.scope)).find((each) => each.name === name);
			if (!role) throw missing(`Role ${name}`);
			const userId = await userIdOf(services, user);
			return services.assignments.assign(services.scope, { userId, roleId: role.id, projectId, expiresAt });
		});
		printResult(invocation, assignment, () => `${user} has the role ${name} (${assignment.id})\n`);
	},
};
