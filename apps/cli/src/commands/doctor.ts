import { AppError } from '#libs/kernel';
import { examine } from '#libs/installation';
import type { Command } from '../command.js';
import { printResult, table } from '../output.js';

export const command: Command = {
	usage: 'doctor',
	options: {},
	explanations: {},
	async run(invocation) {
		const findings = await examine(invocation.terminal.environment);
		const isSound = findings.every(({ state }) => state !== 'problem');
		printResult(invocation, { isSound, findings }, () =>
			table(
				['', 'what', 'found', 'remedy'],
				findings.map(({ state, check, found, remedy }) => [state, check, found, remedy]),
			),
		);
		if (!isSound) throw new AppError('unavailable', 'installation_unsound', 'The installation has problems: see above');
	},
};
