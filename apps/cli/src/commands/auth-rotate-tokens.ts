import { ConfigError } from '#libs/config';
import { generateSigningKey } from '#libs/installation';
import type { Command } from '../command.js';
import { printResult } from '../output.js';
import { loadConfig } from '../settings.js';

export const command: Command = {
	usage: 'auth rotate-tokens',
	options: {},
	explanations: {},
	async run(invocation) {
		loadConfig(invocation.terminal); // what is there must be good before something is put beside it
		const current = invocation.terminal.environment.JWT_PRIVATE_KEY;
		if (current === undefined)
			throw new ConfigError(['JWT_PRIVATE_KEY is not set: the value that the api has now is needed']);
		const next = generateSigningKey();
		const steps = { verify: `${current},${next}`, sign: `${next},${current}`, finish: next };
		printResult(invocation, steps, () =>
			[
				'Set JWT_PRIVATE_KEY on every api, one step after the other. Nobody is signed out.',
				'',
				'1. The new key verifies:',
				steps.verify,
				'',
				'2. The new key signs:',
				steps.sign,
				'',
				'3. Ten minutes later, the old key is gone:',
				steps.finish,
				'',
			].join('\n'),
		);
	},
};
