import { organizationExplanation, organizationOption, withServices } from '../application.js';
import type { Command } from '../command.js';
import { printResult, table } from '../output.js';

export const command: Command = {
	usage: 'model list [--organization <slug>]',
	options: organizationOption,
	explanations: organizationExplanation,
	async run(invocation) {
		const entries = await withServices(invocation, async ({ scope, catalogue }) => {
			await catalogue.described(scope.organizationId);
			return catalogue.entries(scope.organizationId);
		});
		const items = entries.map(({ name, isUp, facts, ...entry }) => ({
			id: name,
			type: entry.type,
			provider: entry.type === 'model' ? entry.provider.name : null,
			isUp,
			capabilities: facts.capabilities ?? null,
			contextWindow: facts.contextWindow ?? null,
		}));
		printResult(invocation, { items }, () =>
			table(
				['model', 'type', 'provider', 'up', 'context', 'capabilities'],
				items.map((each) => [
					each.id,
					each.type,
					each.provider,
					each.isUp ? 'yes' : 'no',
					each.contextWindow,
					each.capabilities?.join(','),
				]),
			),
		);
	},
};
