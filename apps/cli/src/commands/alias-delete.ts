import { missing } from '#libs/kernel';
import { organizationExplanation, organizationOption, withServices } from '../application.js';
import type { Command } from '../command.js';
import { aliasNamed } from '../named.js';
import { printResult } from '../output.js';

export const command: Command = {
	usage: 'alias delete <name> [--organization <slug>]',
	options: organizationOption,
	explanations: organizationExplanation,
	positionals: { min: 1, max: 1 },
	async run(invocation) {
		const gone = await withServices(invocation, async (services) => {
			const alias = await aliasNamed(services, invocation.positionals[0] ?? '');
			if (alias === undefined) throw missing('The alias');
			await services.aliases.remove(services.scope, alias.id);
			return alias;
		});
		printResult(invocation, gone, () => `deleted ${gone.id} (${gone.name})\n`);
	},
};
