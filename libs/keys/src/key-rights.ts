import {
	isForKeys,
	isPermission,
	modelAccessOf,
	type ModelRule,
	type ModelRules,
	type RestrictedModels,
} from '#libs/access';
import { AppError, type Scope } from '#libs/kernel';

/** A key of a line of keys (one made by the next), with what its owner may do today. */
export interface KeyLink extends ModelRule {
	readonly userId: string;
	/** `null`: all that its owner may do. */
	readonly scopes: readonly string[] | null;
	/** ISO 8601; `null`: never. */
	readonly expiresAt: string | null;
	readonly isRevoked: boolean;
	/** User and membership both. */
	readonly isActive: boolean;
	readonly membershipEpoch: number;
	readonly permissions: readonly string[];
	readonly roleRules: ModelRules | null;
	/** CIDR; `null`: from anywhere. */
	readonly ipRanges: readonly string[] | null;
	readonly issuerRules: readonly ModelRules[] | null;
}

/** What a key may do: what every link of its line may, which is what its owner may today, narrowed by its scopes. */
export function effectiveRights(chain: readonly Pick<KeyLink, 'permissions' | 'scopes'>[]): ReadonlySet<string> {
	const [own, ...others] = chain;
	const isHeld = (permission: string) =>
		isForKeys(permission) &&
		(own?.scopes?.includes(permission) ?? true) &&
		others.every((link) => holds(link, permission));
	return new Set(own?.permissions.filter(isHeld));
}

const holds = ({ permissions, scopes }: Pick<KeyLink, 'permissions' | 'scopes'>, permission: string): boolean =>
	permissions.includes(permission) && (scopes === null || scopes.includes(permission));

/** The dialects and models that every link of the line lets through; `undefined`: all. */
export const effectiveModels = (chain: readonly KeyLink[]): RestrictedModels | undefined =>
	modelAccessOf(
		chain.flatMap((link) => [
			link.roleRules,
			[{ dialects: link.dialects, allow: link.allow, deny: link.deny }],
			...(link.issuerRules ?? []),
		]),
	);

/** Milliseconds until the first of them ends; `undefined`: none does. */
export function validFor(chain: readonly Pick<KeyLink, 'expiresAt'>[], nowMs: number): number | undefined {
	const ends = chain.flatMap(({ expiresAt }) => (expiresAt === null ? [] : [Date.parse(expiresAt)]));
	return ends.length === 0 ? undefined : Math.min(...ends) - nowMs;
}

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
