import { ensureLogins } from '#libs/installation';
import type { Command } from '../command.js';
import { printResult } from '../output.js';
import { loadConfig } from '../settings.js';

export const command: Command = {
	usage: 'db logins',
	options: {},
	explanations: {},
	async run(invocation) {
		const logins = await ensureLogins(loadConfig(invocation.terminal));
		printResult(invocation, { logins }, () => logins.map((name) => `${name} can log in\n`).join(''));
	},
};
