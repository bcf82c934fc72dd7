import { isPermission } from '#libs/access';
import { AppError, type Scope } from '#libs/kernel';

/** Rights of people and of the installation: no key ever has them, whatever its owner may do. */
const isForKeys = (permission: string): boolean => permission !== 'account:self' && !permission.startsWith('instance:');

/** What a key may do: its owner's permissions of today, narrowed by its scopes (`null`: all of them). */
export const effectiveRights = (ofOwner: readonly string[], scopes: readonly string[] | null): ReadonlySet<string> =>
	new Set(ofOwner.filter((permission) => isForKeys(permission) && (scopes === null || scopes.includes(permission))));

/**
 * The scopes a new key gets. Nobody hands on more than they have: only a person's key for themselves, or one made by the
 * system, follows its owner's permissions (`null`); every other one is fixed to permissions of its creator.
 * @throws AppError invalid `invalid_scope` for names that are no permission of a key; denied `scope_not_held`.
 */
export function issuedScopes(creator: Scope, ownerId: string, requested: readonly string[] | null): string[] | null {
	const { actor, permissions } = creator;
	if (requested === null) {
		const isOwn = actor.kind === 'user' && actor.userId === ownerId;
		return isOwn || actor.kind === 'system' ? null : [...permissions].filter(isForKeys).toSorted();
	}
	const unknown = requested.filter((name) => !isPermission(name) || !isForKeys(name));
	if (unknown.length > 0)
		throw new AppError('invalid', 'invalid_scope', 'A scope is not a permission that keys can have', {
			details: unknown.map((name) => ({ field: 'scopes', code: 'invalid_scope', message: `${name} is not a scope` })),
		});
	const lacking = actor.kind === 'system' ? [] : requested.filter((name) => !permissions.has(name));
	if (lacking.length > 0)
		throw new AppError('denied', 'scope_not_held', `You do not have these permissions yourself: ${lacking.join(', ')}`);
	return [...new Set(requested)].toSorted();
}
