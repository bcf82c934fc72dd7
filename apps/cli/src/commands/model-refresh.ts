import { organizationExplanation, organizationOption, withServices } from '../application.js';
import type { Command } from '../command.js';
import { printResult, table } from '../output.js';

export const command: Command = {
	usage: 'model refresh [--organization <slug>]',
	options: organizationOption,
	explanations: organizationExplanation,
	async run(invocation) {
		const states = await withServices(invocation, ({ scope, catalogue }) => catalogue.refresh(scope.organizationId));
		const providers = states.map(({ provider, isUp, error, models }) => ({
			name: provider.name,
			isUp,
			error: error ?? null,
			modelCount: models.length,
		}));
		printResult(invocation, { providers }, () =>
			table(
				['provider', 'up', 'models', 'error'],
				providers.map(({ name, isUp, modelCount, error }) => [name, isUp ? 'yes' : 'no', modelCount, error]),
			),
		);
	},
};
