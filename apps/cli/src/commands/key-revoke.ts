import { isUuid } from '#libs/kernel';
import { organizationExplanation, organizationOption, withServices } from '../application.js';
import { type Command, UsageError } from '../command.js';
import { printResult } from '../output.js';

export const command: Command = {
	usage: 'key revoke <id> [--organization <slug>]',
	options: organizationOption,
	explanations: organizationExplanation,
	positionals: { min: 1, max: 1 },
	async run(invocation) {
		const [id] = invocation.positionals;
		if (!isUuid(id)) throw new UsageError('the id of a key is needed, as key list shows it');
		const key = await withServices(invocation, ({ scope, keys }) => keys.revoke(scope, id));
		printResult(invocation, key, () => `revoked ${key.id} (${key.name})\n`);
	},
};
