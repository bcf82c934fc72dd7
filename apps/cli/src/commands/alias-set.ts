import { AppError } from '#libs/kernel';
import { type AliasTarget, routingPolicies, type RoutingPolicy } from '#libs/providers';
import { organizationExplanation, organizationOption, type Services, withServices } from '../application.js';
import { type Command, type Invocation, textOption, UsageError } from '../command.js';
import { aliasNamed } from '../named.js';
import { printResult } from '../output.js';

export const command: Command = {
	usage: 'alias set <name> --target <provider>/<model>[=<weight>]… [--policy <policy>] [--organization <slug>]',
	options: { target: { type: 'string', multiple: true }, policy: { type: 'string' }, ...organizationOption },
	explanations: {
		target: 'Where calls go; may be repeated, in the order of preference. A weight counts under weighted',
		policy: `${routingPolicies.join(', ')}; by default priority`,
		...organizationExplanation,
	},
	positionals: { min: 1, max: 1 },
	async run(invocation) {
		const [name = ''] = invocation.positionals;
		if (!/^[A-Za-z0-9][\w./:@-]{0,127}$/.test(name)) throw new UsageError('the name of an alias is needed');
		const policy = policyOf(invocation);
		const asked = targetsOf(invocation);
		const alias = await withServices(invocation, async (services) => {
			const targets = await withProviderIds(services, asked);
			const { scope, aliases } = services;
			const known = await aliasNamed(services, name);
			if (known !== undefined) return aliases.update(scope, known.id, { policy, targets });
			return aliases.create(scope, { ...newAlias, name, policy: policy ?? 'priority', targets });
		});
		printResult(invocation, alias, () => `set ${alias.name} (${alias.id}): ${alias.policy}\n`);
	},
};

const newAlias = {
	stickyBy: undefined,
	defaultOutputCap: null,
	allowDroppedParams: false,
	isEnabled: true,
	isShared: false,
} as const;

interface NamedTarget {
	readonly provider: string;
	readonly model: string;
	readonly weight: number;
}

function policyOf(invocation: Invocation): RoutingPolicy | undefined {
	const policy = textOption(invocation, 'policy');
	if (policy === undefined || (routingPolicies as readonly string[]).includes(policy)) return policy as RoutingPolicy;
	throw new UsageError(`--policy must be one of ${routingPolicies.join(', ')}`);
}

function targetsOf({ options }: Invocation): NamedTarget[] {
	const given = Array.isArray(options.target) ? options.target.map(String) : [];
	if (given.length === 0) throw new UsageError('--target is needed');
	return given.map((text) => {
		const [, provider = '', model = '', weight = '1'] = /^([^/]+)\/(.+?)(?:=(\d{1,6}))?$/.exec(text) ?? [];
		if (model === '') throw new UsageError('--target must be <provider>/<model> or <provider>/<model>=<weight>');
		return { provider, model, weight: Number(weight) };
	});
}

/** Names of providers, own and shared, enabled ones. */
async function withProviderIds(
	{ scope, catalogue }: Services,
	targets: readonly NamedTarget[],
): Promise<AliasTarget[]> {
	const states = await catalogue.states(scope.organizationId);
	return targets.map(({ provider: name, model, weight }, at) => {
		const found = states.find(({ provider }) => provider.name === name || provider.id === name);
		if (found === undefined) throw new AppError('missing', 'not_found', `The provider ${name} was not found`);
		return { providerId: found.provider.id, model, weight, priority: at };
	});
}
