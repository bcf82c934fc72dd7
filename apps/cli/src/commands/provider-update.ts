import { organizationExplanation, organizationOption } from '../application.js';
import { type Command, textOption, UsageError } from '../command.js';
import { apiKeyOf, keyFileExplanation, keyFileOption } from '../key-file.js';
import { withNamedProvider } from '../named.js';
import { printResult } from '../output.js';
import { baseUrlOf, nameOf } from '../provider-options.js';

export const command: Command = {
	usage: 'provider update <name> [--name <new name>] [--url <url>] [--api-key-file <file>] [--organization <slug>]',
	options: { name: { type: 'string' }, url: { type: 'string' }, ...keyFileOption, ...organizationOption },
	explanations: {
		name: 'What to call it from now on: letters, digits, dots, dashes, underscores',
		url: 'Where it is now; where it has a credential, that must be given again',
		...keyFileExplanation,
		...organizationExplanation,
	},
	positionals: { min: 1, max: 1 },
	async run(invocation) {
		const [name, url] = [textOption(invocation, 'name'), textOption(invocation, 'url')];
		const apiKey = apiKeyOf(invocation);
		const change = {
			...(name === undefined ? {} : { name: nameOf(name) }),
			...(url === undefined ? {} : { baseUrl: baseUrlOf(url) }),
			...(apiKey === undefined ? {} : { apiKey }),
		};
		if (Object.keys(change).length === 0) throw new UsageError('Nothing to change: --name, --url or --api-key-file');
		const changed = await withNamedProvider(invocation, ({ scope, providers }, { id }) =>
			providers.update(scope, id, change),
		);
		printResult(invocation, changed, () => `changed ${changed.id} (${changed.name})\n`);
	},
};
