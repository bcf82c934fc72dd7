import { organizationExplanation, organizationOption } from '../application.js';
import type { Command } from '../command.js';
import { withNamedProvider } from '../named.js';
import { list, printResult } from '../output.js';

export const command: Command = {
	usage: 'provider test <name> [--organization <slug>]',
	options: organizationOption,
	explanations: organizationExplanation,
	positionals: { min: 1, max: 1 },
	async run(invocation) {
		const result = await withNamedProvider(invocation, ({ scope, connectionTest }, { id }) =>
			connectionTest.run(scope, id),
		);
		printResult(invocation, result, () => list({ ...result }));
	},
};
