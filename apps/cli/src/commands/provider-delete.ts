import { organizationExplanation, organizationOption } from '../application.js';
import type { Command } from '../command.js';
import { withNamedProvider } from '../named.js';
import { printResult } from '../output.js';

export const command: Command = {
	usage: 'provider delete <name> [--organization <slug>]',
	options: organizationOption,
	explanations: organizationExplanation,
	positionals: { min: 1, max: 1 },
	async run(invocation) {
		const gone = await withNamedProvider(invocation, async ({ scope, providers }, provider) => {
			await providers.remove(scope, provider.id);
			return provider;
		});
		printResult(invocation, gone, () => `deleted ${gone.id} (${gone.name})\n`);
	},
};
