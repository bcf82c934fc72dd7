import type { Principal } from '#libs/access';
import { epochField } from '#libs/redis';
import { addressesOf } from './address-ranges.js';
import { effectiveModels, effectiveRights } from './key-rights.js';
import type { KeyCredentialRow } from './persistence/key-credentials.js';

/** What a good key stands for, compiled once: no call pays for rules that its key does not have. */
export function keyPrincipal({ chain, organizationId, userId, id, projectId, epoch }: KeyCredentialRow): Principal {
	const memberships = new Map(chain.map((link) => [link.userId, link.membershipEpoch]));
	return Object.freeze({
		organizationId,
		actor: Object.freeze({ kind: 'key', userId, keyId: id } as const),
		permissions: effectiveRights(chain),
		projectId,
		models: effectiveModels(chain),
		addresses: addressesOf(chain.map(({ ipRanges }) => ipRanges)),
		epochs: Object.freeze([
			epochField.key(id),
			epoch,
			...Array.from(memberships, ([user, membershipEpoch]) => [epochField.membership(user), membershipEpoch]).flat(),
		]),
	});
}
