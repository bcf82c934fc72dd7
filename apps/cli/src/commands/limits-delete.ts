import { isUuid } from '#libs/kernel';
import { organizationExplanation, organizationOption, withServices } from '../application.js';
import { type Command, UsageError } from '../command.js';
import { printResult } from '../output.js';

export const command: Command = {
	usage: 'limits delete <id> [--organization <slug>]',
	options: organizationOption,
	explanations: organizationExplanation,
	positionals: { min: 1, max: 1 },
	async run(invocation) {
		const [id] = invocation.positionals;
		if (!isUuid(id)) throw new UsageError('the id of a limit is needed, as limits show shows it');
		await withServices(invocation, ({ scope, limits }) => limits.remove(scope, id));
		printResult(invocation, { id }, () => `deleted ${id}\n`);
	},
};
