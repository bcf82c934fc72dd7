import { type Grant, isForKeys, modelAccessOf, type ModelRules } from '#libs/access';
import { addressesOf } from './address-ranges.js';
import type { KeyLink } from './key-rights.js';

/** Whether somebody may do something, and with what. */
export interface AccessQuestion {
	readonly permission: string;
	readonly dialect?: string | undefined;
	readonly model?: string | undefined;
	/** Address that a key would be used from. */
	readonly ip?: string | undefined;
}

export interface AccessCheck {
	readonly check: 'active' | 'key' | 'permission' | 'scope' | 'dialect' | 'model' | 'address';
	readonly isPassed: boolean;
	readonly message: string;
}

export interface Explanation {
	readonly isAllowed: boolean;
	/** Each must pass. For a key: of itself, then of each key above it in its line. */
	readonly checks: readonly AccessCheck[];
	/** Roles of the owner that bring the permission. */
	readonly grants: readonly Grant[];
}

const check = (name: AccessCheck['check'], isPassed: boolean, yes: string, no: string): AccessCheck => ({
	check: name,
	isPassed,
	message: isPassed ? yes : no,
});

/** What roles or a key say of the dialect and model that are asked for. */
function modelChecks(who: string, rules: ModelRules | null, question: AccessQuestion): AccessCheck[] {
	const { dialect = 'openai', model } = question;
	if (question.dialect === undefined && model === undefined) return [];
	const access = modelAccessOf([rules]);
	const isDialect = access?.allowsDialect(dialect) ?? true;
	const ofDialect = check(
		'dialect',
		isDialect,
		`${who} allow the dialect`,
		`${who} do not allow the dialect ${dialect}`,
	);
	if (model === undefined) return [ofDialect];
	const isModel = access?.allows(dialect, model) ?? true;
	const no = `${who} do not allow the model in that dialect`;
	return [ofDialect, check('model', isModel, `${who} allow the model`, no)];
}

/** What every member has to pass: as themselves, or as the owner of a key. */
export function memberChecks(
	{ isActive, permissions, roleRules }: Pick<KeyLink, 'isActive' | 'permissions' | 'roleRules'>,
	question: AccessQuestion,
): AccessCheck[] {
	const { permission } = question;
	const isHeld = permissions.includes(permission) || (permission === 'account:self' && isActive);
	return [
		check('active', isActive, 'Account and membership are active', 'Account or membership is not active'),
		check('permission', isHeld, `A role brings ${permission}`, `No role brings ${permission}`),
		...modelChecks('The roles', roleRules, question),
	];
}

/** What a key has to pass, with its owner; for each link of its line. */
export function keyChecks(chain: readonly KeyLink[], question: AccessQuestion, nowMs: number): AccessCheck[] {
	const { permission, ip } = question;
	const own = check('scope', isForKeys(permission), 'Keys can have it', `No key ever has ${permission}`);
	const ofLinks = chain.flatMap((link): AccessCheck[] => {
		const isLive = !link.isRevoked && (link.expiresAt === null || Date.parse(link.expiresAt) > nowMs);
		const isInScope = link.scopes === null || link.scopes.includes(permission);
		const rules = [[{ dialects: link.dialects, allow: link.allow, deny: link.deny }], ...(link.issuerRules ?? [])];
		const addresses = addressesOf([link.ipRanges]);
		return [
			check('key', isLive, 'The key is neither revoked nor expired', 'The key is revoked or expired'),
			...memberChecks(link, question),
			check('scope', isInScope, 'The scopes of the key have it', `The scopes of the key do not have ${permission}`),
			...rules.flatMap((rule) => modelChecks('The limits of the key', rule, question)),
			...(ip === undefined || addresses === undefined
				? []
				: [check('address', addresses.contains(ip), 'The address is in range', 'The address is not in range')]),
		];
	});
	return [own, ...ofLinks];
}
