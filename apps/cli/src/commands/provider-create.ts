import { DEFAULT_SETTINGS, type ProviderKind, providerKinds } from '#libs/providers';
import { organizationExplanation, organizationOption, withServices } from '../application.js';
import { type Command, requiredOption, UsageError } from '../command.js';
import { apiKeyOf, keyFileExplanation, keyFileOption } from '../key-file.js';
import { printResult } from '../output.js';
import { baseUrlOf, nameOf } from '../provider-options.js';

const kinds = providerKinds.filter((kind) => kind !== 'echo');

export const command: Command = {
	usage:
		'provider create --name <name> --kind <kind> --url <url> [--api-key-file <file>] [--shared] [--organization <slug>]',
	options: {
		name: { type: 'string' },
		kind: { type: 'string' },
		url: { type: 'string' },
		shared: { type: 'boolean' },
		...keyFileOption,
		...organizationOption,
	},
	explanations: {
		name: 'Letters, digits, dots, dashes, underscores',
		kind: kinds.join(', '),
		url: "Where it is; for OpenAI's protocol with its /v1",
		shared: 'With all organizations; in the system organization only',
		...keyFileExplanation,
		...organizationExplanation,
	},
	async run(invocation) {
		const [name, kind, url] = ['name', 'kind', 'url'].map((option) => requiredOption(invocation, option));
		if (!kinds.includes(kind as never)) throw new UsageError(`--kind must be one of ${kinds.join(', ')}`);
		const input = {
			name: nameOf(name ?? ''),
			kind: kind as ProviderKind,
			baseUrl: baseUrlOf(url ?? ''),
			apiKey: apiKeyOf(invocation),
			settings: DEFAULT_SETTINGS,
			isShared: invocation.options.shared === true,
		};
		const made = await withServices(invocation, ({ scope, providers }) => providers.create(scope, input));
		printResult(invocation, made, () => `made ${made.id} (${made.name})\n`);
	},
};
