import { missing } from '#libs/kernel';
import type { AliasRecord, ProviderRecord } from '#libs/providers';
import { everything, type Services, withServices } from './application.js';
import type { Invocation } from './command.js';

/** Work on the provider whose name or id is the first word. @throws AppError missing */
export const withNamedProvider = <T>(
	invocation: Invocation,
	work: (services: Services, provider: ProviderRecord) => Promise<T>,
): Promise<T> =>
	withServices(invocation, async (services) => {
		const all = await everything((page) => services.providers.list(services.scope, page));
		return work(services, named(all, invocation.positionals[0], 'The provider'));
	});

/** The alias with a name or id. */
export async function aliasNamed({ scope, aliases }: Services, name: string): Promise<AliasRecord | undefined> {
	const all = await everything((page) => aliases.list(scope, page));
	return all.find((alias) => alias.id === name || alias.name === name);
}

function named<T extends { id: string; name: string }>(all: readonly T[], name: string | undefined, what: string): T {
	const found = all.find((each) => each.id === name || each.name === name);
	if (found === undefined) throw missing(what);
	return found;
}
