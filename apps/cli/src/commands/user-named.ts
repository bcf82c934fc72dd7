import type { User } from '#libs/identity';
import { type Services, userIdOf } from '../application.js';
import type { Invocation } from '../command.js';
import { list } from '../output.js';

export const userPositional = { min: 1, max: 1 } as const;

/** The person that a line names by id or address. @throws AppError missing */
export async function userNamed(services: Services, { positionals }: Invocation): Promise<User> {
	return services.users.get(services.scope, await userIdOf(services, String(positionals[0])));
}

export const userText = (user: User): string =>
	list({
		id: user.id,
		email: user.email,
		name: user.name,
		roles: user.roles.join(','),
		account: user.status,
		membership: user.membershipStatus,
		'deleted after': user.deleteAfter?.toISOString(),
		created: user.createdAt.toISOString(),
	});
