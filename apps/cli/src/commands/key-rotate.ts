import { ConfigError } from '#libs/config';
import { isUuid } from '#libs/kernel';
import { organizationExplanation, organizationOption, withServices } from '../application.js';
import { type Command, requiredOption, UsageError } from '../command.js';
import { list, printResult } from '../output.js';
import { loadConfig } from '../settings.js';

const MOST_SECONDS = 2_592_000; // 30 days

export const command: Command = {
	usage: 'key rotate <id> [--overlap <seconds>] [--organization <slug>]',
	options: { overlap: { type: 'string', default: '86400' }, ...organizationOption },
	explanations: {
		overlap: 'How many seconds the secret until now works on; 0 ends it at once; by default a day',
		...organizationExplanation,
	},
	positionals: { min: 1, max: 1 },
	async run(invocation) {
		const [id] = invocation.positionals;
		if (!isUuid(id)) throw new UsageError('the id of a key is needed, as key list shows it');
		const overlap = requiredOption(invocation, 'overlap');
		if (!/^\d{1,7}$/.test(overlap) || Number(overlap) > MOST_SECONDS)
			throw new UsageError(`--overlap must be 0 to ${MOST_SECONDS} seconds`);
		if (loadConfig(invocation.terminal).secrets.KEY_PEPPER === undefined)
			throw new ConfigError(['KEY_PEPPER is not set: the api and the CLI need the same']);
		const key = await withServices(invocation, ({ scope, keys }) => keys.rotate(scope, id, Number(overlap)));
		printResult(invocation, key, () =>
			list({
				id: key.id,
				name: key.name,
				'old secret until': key.previousSecret?.expiresAt.toISOString() ?? 'now',
				'key (shown once)': key.apiKey,
			}),
		);
	},
};
