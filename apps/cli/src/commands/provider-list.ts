import { everything, organizationExplanation, organizationOption, withServices } from '../application.js';
import type { Command } from '../command.js';
import { printResult, table } from '../output.js';

export const command: Command = {
	usage: 'provider list [--organization <slug>]',
	options: organizationOption,
	explanations: organizationExplanation,
	async run(invocation) {
		const items = await withServices(invocation, ({ scope, providers }) =>
			everything((page) => providers.list(scope, page)),
		);
		printResult(invocation, { items }, () =>
			table(
				['id', 'name', 'kind', 'url', 'enabled', 'shared', 'credentials'],
				items.map((each) => [
					each.id,
					each.name,
					each.kind,
					each.baseUrl,
					each.isEnabled ? 'yes' : 'no',
					each.isShared ? 'yes' : 'no',
					each.credentialCount,
				]),
			),
		);
	},
};
