import { Injectable } from '@nestjs/common';
import { coversRule, MembershipsService, outranks, type Permission } from '#libs/access';
import type { TenantScope } from '#libs/database';
import { AppError, missing, type Scope, userIdOf } from '#libs/kernel';
import type { ApiKey } from './api-key.js';
import { KeyRepository } from './persistence/key.repository.js';

export const mayForAll = ({ actor, permissions }: Scope, permission: Permission): boolean =>
	actor.kind === 'system' || permissions.has(permission);

const tooPowerful = (message: string): AppError => new AppError('denied', 'key_too_powerful', message);

/** Who may see, and who may change a key: whoever gets a new secret of it, or widens it, has its rights. */
@Injectable()
export class KeyControl {
	constructor(
		private readonly keys: KeyRepository,
		private readonly memberships: MembershipsService,
	) {}

	/** @throws AppError missing, also for somebody else's key without the permission. */
	async find(tenant: TenantScope, id: string, permissionForAll: Permission): Promise<ApiKey> {
		const key = await this.keys.find(tenant, id);
		if (!key || (key.userId !== userIdOf(tenant) && !mayForAll(tenant, permissionForAll))) throw missing('API key');
		return key;
	}

	/**
	 * A key changes only what it has made (and renews itself); a person somebody else's only as far as they may do all that it
	 * may. @throws AppError missing; conflict `key_revoked`; denied `key_too_powerful`
	 */
	async hold(tenant: TenantScope, id: string, isRenewal: boolean): Promise<ApiKey> {
		const key = await this.find(tenant, id, 'keys:write_all');
		if (key.revokedAt !== null) throw new AppError('conflict', 'key_revoked', 'The key is revoked: make a new one');
		const { actor } = tenant;
		if (actor.kind === 'key') {
			const distance = await this.keys.distance(tenant, actor.keyId, id);
			if (distance === undefined || (distance === 0 && !isRenewal))
				throw tooPowerful('A key can change only keys that it has made');
		} else if (actor.kind === 'user' && actor.userId !== key.userId) await this.demandRights(tenant, key);
		return key;
	}

	private async demandRights(tenant: TenantScope, { userId, scopes, models }: ApiKey): Promise<void> {
		const { permissions } = await this.memberships.get(tenant, userId);
		const rights = scopes === null ? permissions : permissions.filter((permission) => scopes.includes(permission));
		if (!outranks(tenant, rights) || !coversRule(tenant.models, models))
			throw tooPowerful('This key may do more than you: its owner can change it, you can revoke it');
	}
}
