import { everything, organizationExplanation, organizationOption, withServices } from '../application.js';
import type { Command } from '../command.js';
import { printResult, table } from '../output.js';

const day = (date: Date | null): string | null => date?.toISOString().slice(0, 16) ?? null;

export const command: Command = {
	usage: 'key list [--organization <slug>]',
	options: organizationOption,
	explanations: organizationExplanation,
	async run(invocation) {
		const items = await withServices(invocation, ({ scope, keys }) => everything((page) => keys.list(scope, page)));
		printResult(invocation, { items }, () =>
			table(
				['id', 'key', 'name', 'user', 'scopes', 'expires', 'revoked'],
				items.map((k) => [
					k.id,
					`pl_${k.keyId}_…`,
					k.name,
					k.userId,
					k.scopes?.join(',') ?? 'all',
					day(k.expiresAt),
					day(k.revokedAt),
				]),
			),
		);
	},
};
