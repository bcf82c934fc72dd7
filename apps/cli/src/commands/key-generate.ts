import { z } from 'zod';
import { ConfigError } from '#libs/config';
import { isUuid } from '#libs/kernel';
import { isAddressRange } from '#libs/keys';
import { protocols } from '#libs/providers';
import { organizationExplanation, organizationOption, userIdOf, withServices } from '../application.js';
import { type Command, type Invocation, listOption, requiredOption, textOption, UsageError } from '../command.js';
import { list, printResult } from '../output.js';
import { loadConfig } from '../settings.js';

const date = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);

export const command: Command = {
	usage:
		'key generate --user <address> [--name <name>] [--scope <permission>]… [--dialect <dialect>]… [--allow <pattern>]… [--deny <pattern>]… [--ip <range>]… [--expires <date>] [--project <id>] [--organization <slug>]',
	options: {
		user: { type: 'string' },
		name: { type: 'string', default: 'CLI key' },
		scope: { type: 'string', multiple: true },
		dialect: { type: 'string', multiple: true },
		allow: { type: 'string', multiple: true },
		deny: { type: 'string', multiple: true },
		ip: { type: 'string', multiple: true },
		expires: { type: 'string' },
		project: { type: 'string' },
		...organizationOption,
	},
	explanations: {
		user: 'E-mail address of the owner, or id of a service account: the key may never do more',
		name: 'To tell it from others',
		scope: 'A permission that it is limited to; may be repeated',
		dialect: `A dialect that it is limited to (${protocols.join(', ')}); may be repeated`,
		allow: 'A pattern of model names that it is limited to, such as llama3*; may be repeated',
		deny: 'A pattern of model names that it may not use; may be repeated',
		ip: 'An address or CIDR range that it works from; may be repeated',
		expires: 'When it ends, such as 2030-12-31 or 2030-12-31T12:00:00Z',
		project: 'Id of the project that pays; by default the default project',
		...organizationExplanation,
	},
	async run(invocation) {
		const owner = requiredOption(invocation, 'user');
		const input = inputOf(invocation);
		if (loadConfig(invocation.terminal).secrets.KEY_PEPPER === undefined)
			throw new ConfigError(['KEY_PEPPER is not set: the api and the CLI need the same']);
		const key = await withServices(invocation, async (services) =>
			services.keys.create(services.scope, { ...input, userId: await userIdOf(services, owner) }),
		);
		printResult(invocation, key, () =>
			list({
				id: key.id,
				name: key.name,
				user: owner,
				scopes: key.scopes?.join(',') ?? 'all',
				'key (shown once)': key.apiKey,
			}),
		);
	},
};

function inputOf(invocation: Invocation) {
	const { expires } = invocation.options;
	const name = requiredOption(invocation, 'name');
	if (name.length > 200) throw new UsageError('--name must have 1 to 200 characters');
	if (expires !== undefined && !date.safeParse(expires).success) throw new UsageError('--expires is not a date');
	const projectId = textOption(invocation, 'project');
	if (projectId !== undefined && !isUuid(projectId)) throw new UsageError('--project is not an id');
	const dialects = listOption(invocation, 'dialect');
	if (dialects?.some((dialect) => !(protocols as readonly string[]).includes(dialect)) === true)
		throw new UsageError(`--dialect must be one of ${protocols.join(', ')}`);
	const ipRanges = listOption(invocation, 'ip');
	if (ipRanges?.every(isAddressRange) === false) throw new UsageError('--ip must be an address or a CIDR range');
	return {
		name,
		scopes: listOption(invocation, 'scope'),
		models: { dialects, allow: listOption(invocation, 'allow'), deny: listOption(invocation, 'deny') ?? [] },
		ipRanges,
		expiresAt: typeof expires === 'string' ? new Date(expires) : null,
		projectId,
	};
}
