import { withNamedProvider } from '../named.js';
import { organizationExplanation, organizationOption } from '../application.js';
import type { Command } from '../command.js';
import { printResult } from '../output.js';

export const command: Command = {
	usage: 'provider enable <name> [--organization <slug>]',
	options: organizationOption,
	explanations: organizationExplanation,
	positionals: { min: 1, max: 1 },
	async run(invocation) {
		const changed = await withNamedProvider(invocation, ({ scope, providers }, { id }) =>
			providers.update(scope, id, { isEnabled: true }),
		);
		printResult(invocation, changed, () => `enabled ${changed.id} (${changed.name})\n`);
	},
};
