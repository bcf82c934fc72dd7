import { bootstrap } from '#libs/installation';
import type { Command } from '../command.js';
import { list, printResult } from '../output.js';
import { loadConfig, ownerUrl } from '../settings.js';

export const command: Command = {
	usage: 'bootstrap [--replace-revoked-key]',
	options: { 'replace-revoked-key': { type: 'boolean' } },
	explanations: { 'replace-revoked-key': 'Make another key when BOOTSTRAP_API_KEY does not work (any longer)' },
	async run(invocation) {
		const config = loadConfig(invocation.terminal);
		ownerUrl(config);
		const result = await bootstrap(config, { replaceRevokedKey: invocation.options['replace-revoked-key'] === true });
		printResult(invocation, result, () => list({ ...result }));
		if (result.apiKey === null)
			invocation.terminal.err('BOOTSTRAP_API_KEY does not work here; --replace-revoked-key makes another key\n');
	},
};
