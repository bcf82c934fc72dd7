import { DataSource } from 'typeorm';
import { dataSourceOptions, migrationStatus } from '#libs/database';
import type { Command } from '../command.js';
import { printResult, table } from '../output.js';
import { loadConfig, ownerUrl } from '../settings.js';

export const command: Command = {
	usage: 'db status',
	options: {},
	explanations: {},
	async run(invocation) {
		const url = ownerUrl(loadConfig(invocation.terminal));
		const source = await new DataSource(
			dataSourceOptions({ url, poolSize: 1, applicationName: 'parallama-cli' }),
		).initialize();
		try {
			const migrations = await migrationStatus(source);
			printResult(invocation, { migrations, isCurrent: migrations.every(({ isApplied }) => isApplied) }, () =>
				table(
					['migration', 'applied'],
					migrations.map(({ name, isApplied }) => [name, isApplied ? 'yes' : 'no']),
				),
			);
		} finally {
			await source.destroy();
		}
	},
};
