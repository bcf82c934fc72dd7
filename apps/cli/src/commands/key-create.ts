import { z } from 'zod';
import { ConfigError } from '#libs/config';
import { missing } from '#libs/kernel';
import {
	everything,
	organizationExplanation,
	organizationOption,
	type Services,
	withServices,
} from '../application.js';
import { type Command, type Invocation, requiredOption, textOption, UsageError } from '../command.js';
import { list, printResult } from '../output.js';
import { loadConfig } from '../settings.js';

const date = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);

export const command: Command = {
	usage:
		'key create --user <address> [--name <name>] [--scope <permission>]… [--expires <date>] [--project <id>] [--organization <slug>]',
	options: {
		user: { type: 'string' },
		name: { type: 'string', default: 'CLI key' },
		scope: { type: 'string', multiple: true },
		expires: { type: 'string' },
		project: { type: 'string' },
		...organizationOption,
	},
	explanations: {
		user: 'E-mail address of the owner: the key may never do more than they',
		name: 'To tell it from others',
		scope: 'A permission that it is limited to; may be repeated',
		expires: 'When it ends, such as 2030-12-31 or 2030-12-31T12:00:00Z',
		project: 'Id of the project that pays; by default the default project',
		...organizationExplanation,
	},
	async run(invocation) {
		const email = requiredOption(invocation, 'user');
		const input = inputOf(invocation);
		if (loadConfig(invocation.terminal).secrets.KEY_PEPPER === undefined)
			throw new ConfigError(['KEY_PEPPER is not set: the api and the CLI need the same']);
		const key = await withServices(invocation, async (services) =>
			services.keys.create(services.scope, { ...input, userId: await userIdOf(services, email) }),
		);
		printResult(invocation, key, () =>
			list({
				id: key.id,
				name: key.name,
				user: email,
				scopes: key.scopes?.join(',') ?? 'all',
				'key (shown once)': key.apiKey,
			}),
		);
	},
};

function inputOf(invocation: Invocation) {
	const { scope, expires } = invocation.options;
	const name = requiredOption(invocation, 'name');
	if (name.length > 200) throw new UsageError('--name must have 1 to 200 characters');
	if (expires !== undefined && !date.safeParse(expires).success) throw new UsageError('--expires is not a date');
	const projectId = textOption(invocation, 'project');
	if (projectId !== undefined && !z.uuid().safeParse(projectId).success) throw new UsageError('--project is not an id');
	return {
		name,
		scopes: Array.isArray(scope) ? scope.map(String) : null,
		expiresAt: typeof expires === 'string' ? new Date(expires) : null,
		projectId,
	};
}

async function userIdOf({ scope, users }: Services, email: string): Promise<string> {
	const all = await everything((page) => users.list(scope, page));
	const user = all.find((each) => each.email.toLowerCase() === email.toLowerCase());
	if (!user) throw missing(`User ${email}`);
	return user.id;
}
