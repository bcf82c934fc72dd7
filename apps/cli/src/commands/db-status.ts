import { migrationStatus, withConnection } from '#libs/database';
import type { Command } from '../command.js';
import { printResult, table } from '../output.js';
import { loadConfig, ownerUrl } from '../settings.js';

export const command: Command = {
	usage: 'db status',
	options: {},
	explanations: {},
	async run(invocation) {
		const url = ownerUrl(loadConfig(invocation.terminal));
		const migrations = await withConnection({ url, applicationName: 'parallama-cli' }, migrationStatus);
		printResult(invocation, { migrations, isCurrent: migrations.every(({ isApplied }) => isApplied) }, () =>
			table(
				['migration', 'applied'],
				migrations.map(({ name, isApplied }) => [name, isApplied ? 'yes' : 'no']),
			),
		);
	},
};
