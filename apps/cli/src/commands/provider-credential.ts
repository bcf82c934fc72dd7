import { organizationExplanation, organizationOption } from '../application.js';
import { type Command, textOption, UsageError } from '../command.js';
import { apiKeyOf, keyFileExplanation, keyFileOption } from '../key-file.js';
import { withNamedProvider } from '../named.js';
import { printResult } from '../output.js';

export const command: Command = {
	usage: 'provider credential <name> --api-key-file <file> [--label <text>] [--organization <slug>]',
	options: { label: { type: 'string' }, ...keyFileOption, ...organizationOption },
	explanations: { label: 'To tell it from others', ...keyFileExplanation, ...organizationExplanation },
	positionals: { min: 1, max: 1 },
	async run(invocation) {
		const apiKey = apiKeyOf(invocation);
		if (apiKey === undefined) throw new UsageError('--api-key-file is needed');
		const label = textOption(invocation, 'label') ?? '';
		if (label.length > 100) throw new UsageError('--label must have at most 100 characters');
		const added = await withNamedProvider(invocation, ({ scope, credentials }, { id }) =>
			credentials.add(scope, id, { apiKey, label, priority: 0 }),
		);
		printResult(invocation, added, () => `added ${added.id} (…${added.last4})\n`);
	},
};
