import { migrate } from '#libs/database';
import type { Command } from '../command.js';
import { printResult } from '../output.js';
import { loadConfig, ownerUrl } from '../settings.js';

export const command: Command = {
	usage: 'db migrate',
	options: {},
	explanations: {},
	async run(invocation) {
		const ran = await migrate(ownerUrl(loadConfig(invocation.terminal)));
		printResult(invocation, { ran }, () =>
			ran.length === 0 ? 'Nothing to do: the schema is up to date\n' : ran.map((name) => `ran ${name}\n`).join(''),
		);
	},
};
