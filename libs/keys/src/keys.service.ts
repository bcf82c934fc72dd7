import { Injectable } from '@nestjs/common';
import type { Page, PageRequest, Permission } from '#libs/access';
import { AuditLog } from '#libs/audit';
import { UnitOfWork } from '#libs/database';
import { AppError, missing, type Scope, userIdOf } from '#libs/kernel';
import { type IssuedKey, KeyIssue, type NewKeyInput } from './key-issue.js';
import { KeyRevocation } from './key-revocation.js';
import { type ApiKey, KeyRepository } from './persistence/key.repository.js';

/** API keys of an organization: own ones, and everybody's for those who may. */
@Injectable()
export class KeysService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly keys: KeyRepository,
		private readonly issue: KeyIssue,
		private readonly revocation: KeyRevocation,
		private readonly audit: AuditLog,
	) {}

	/** Own ones; everybody's with `keys:read_all`. Newest first. */
	async list(scope: Scope, request: PageRequest): Promise<Page<ApiKey>> {
		const ownerId = mayForAll(scope, 'keys:read_all') ? undefined : userIdOf(scope);
		return this.work.run(scope, (tenant) => this.keys.page(tenant, ownerId, request));
	}

	/**
	 * @throws AppError invalid `invalid_scope`, `expiry_in_past`; denied `scope_not_held`, and `permission_denied` for somebody
	 * else's key without `keys:write_all`; missing for a user or project that is not of this organization.
	 */
	async create(scope: Scope, input: NewKeyInput): Promise<IssuedKey> {
		const ownerId = input.userId ?? userIdOf(scope);
		if (ownerId === undefined) throw new AppError('invalid', 'owner_needed', 'Name the user that the key is for');
		if (ownerId !== userIdOf(scope) && !mayForAll(scope, 'keys:write_all'))
			throw new AppError('denied', 'permission_denied', "Somebody else's key needs the permission keys:write_all");
		return this.work.run(scope, async (tenant) => {
			const { apiKey, ...key } = await this.issue.issue(tenant, ownerId, input);
			await this.audit.record(tenant, { action: 'key.create', targetType: 'api_key', targetId: key.id, after: key });
			return { ...key, apiKey };
		});
	}

	/**
	 * At once, everywhere; a second time it changes nothing.
	 * @throws AppError missing, also for somebody else's key without `keys:write_all`.
	 */
	async revoke(scope: Scope, id: string): Promise<ApiKey> {
		return this.work.run(scope, async (tenant) => {
			const key = await this.keys.find(tenant, id);
			if (!key || (key.userId !== userIdOf(scope) && !mayForAll(scope, 'keys:write_all'))) throw missing('API key');
			if (key.revokedAt !== null) return key;
			await this.revocation.revoke(tenant, id);
			const after = (await this.keys.find(tenant, id)) ?? key;
			await this.audit.record(tenant, {
				action: 'key.revoke',
				targetType: 'api_key',
				targetId: id,
				before: key,
				after,
			});
			return after;
		});
	}
}

const mayForAll = ({ actor, permissions }: Scope, permission: Permission): boolean =>
	actor.kind === 'system' || permissions.has(permission);
