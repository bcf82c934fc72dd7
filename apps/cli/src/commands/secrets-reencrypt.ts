import { reencrypt } from '#libs/installation';
import type { Command } from '../command.js';
import { printResult, table } from '../output.js';
import { loadConfig, ownerUrl } from '../settings.js';

export const command: Command = {
	usage: 'secrets reencrypt',
	options: {},
	explanations: {},
	async run(invocation) {
		const config = loadConfig(invocation.terminal);
		ownerUrl(config);
		const columns = await reencrypt(config);
		printResult(invocation, { columns }, () =>
			table(
				['table', 'column', 're-encrypted', 'changed meanwhile', 'unreadable'],
				columns.map((each) => [each.table, each.column, each.reencrypted, each.changed, each.unreadable]),
			),
		);
		if (columns.some(({ unreadable }) => unreadable > 0))
			invocation.terminal.err('Some values open with no configured key: keep the old ones, or give those up\n');
	},
};
