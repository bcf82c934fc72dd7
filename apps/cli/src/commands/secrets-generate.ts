import { generateSecrets } from '#libs/installation';
import type { Command } from '../command.js';
import { printResult } from '../output.js';

export const command: Command = {
	usage: 'secrets generate',
	options: {},
	explanations: {},
	async run(invocation) {
		const secrets = generateSecrets();
		printResult(invocation, secrets, () =>
			Object.entries(secrets)
				.map(([name, value]) => `${name}=${value}\n`)
				.join(''),
		);
	},
};
