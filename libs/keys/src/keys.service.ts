import { Injectable } from '@nestjs/common';
import type { Page, PageRequest } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { AppError, type Scope, userIdOf } from '#libs/kernel';
import type { ApiKey, IssuedKey, KeyChange, NewKeyInput } from './api-key.js';
import { KeyChanges } from './key-changes.js';
import { KeyControl, mayForAll } from './key-control.js';
import { KeyIssue } from './key-issue.js';
import { KeyRepository } from './persistence/key.repository.js';

/** API keys of an organization: own ones, and everybody's for those who may. */
@Injectable()
export class KeysService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly keys: KeyRepository,
		private readonly control: KeyControl,
		private readonly issue: KeyIssue,
		private readonly changes: KeyChanges,
	) {}

	/** Own ones; everybody's with `keys:read_all`. Newest first. */
	async list(scope: Scope, request: PageRequest): Promise<Page<ApiKey>> {
		const ownerId = mayForAll(scope, 'keys:read_all') ? undefined : userIdOf(scope);
		return this.work.run(scope, (tenant) => this.keys.page(tenant, ownerId, request));
	}

	/** @throws AppError missing, also for somebody else's key without `keys:read_all`. */
	async get(scope: Scope, id: string): Promise<ApiKey> {
		return this.work.run(scope, (tenant) => this.control.find(tenant, id, 'keys:read_all'));
	}

	/**
	 * @throws AppError invalid `invalid_scope`, `expiry_in_past`; denied `scope_not_held`, and `permission_denied` for somebody
	 * else's key without `keys:write_all`; missing for a user or project that is not of this organization; conflict
	 * `quota_reached`, `key_line_too_long`
	 */
	async create(scope: Scope, input: NewKeyInput): Promise<IssuedKey> {
		const ownerId = input.userId ?? userIdOf(scope);
		if (ownerId === undefined) throw new AppError('invalid', 'owner_needed', 'Name the user that the key is for');
		if (ownerId !== userIdOf(scope) && !mayForAll(scope, 'keys:write_all'))
			throw new AppError('denied', 'permission_denied', "Somebody else's key needs the permission keys:write_all");
		return this.work.run(scope, async (tenant) => {
			const { id, credential } = await this.issue.issue(tenant, ownerId, input);
			return { ...(await this.changes.record(tenant, 'key.create', id)), apiKey: credential };
		});
	}

	/**
	 * Counts at once, everywhere, also for keys that it has made.
	 * @throws AppError as `create`; missing; conflict `key_revoked`; denied `key_too_powerful`
	 */
	async update(scope: Scope, id: string, change: KeyChange): Promise<ApiKey> {
		return this.work.run(scope, async (tenant) => {
			const before = await this.control.hold(tenant, id, false);
			return this.changes.update(tenant, before, change);
		});
	}

	/**
	 * A new secret under the same public id; the one until now works on for `overlapSeconds`.
	 * @throws AppError missing; conflict `key_revoked`, `rotation_in_progress`; denied `key_too_powerful`
	 */
	async rotate(scope: Scope, id: string, overlapSeconds: number): Promise<IssuedKey> {
		return this.work.run(scope, async (tenant) => {
			const before = await this.control.hold(tenant, id, true);
			if (before.previousSecret !== null && overlapSeconds > 0)
				throw new AppError(
					'conflict',
					'rotation_in_progress',
					'The secret before the last one still works: end it first',
				);
			const apiKey = await this.issue.renew(tenant, id, before.keyId, overlapSeconds);
			return { ...(await this.changes.record(tenant, 'key.rotate', id, before)), apiKey };
		});
	}

	/** Ends the secret before the last rotation now. @throws AppError missing; conflict `key_revoked`; denied `key_too_powerful` */
	async endOverlap(scope: Scope, id: string): Promise<ApiKey> {
		return this.work.run(scope, async (tenant) => {
			const before = await this.control.hold(tenant, id, true);
			await this.keys.endOverlap(tenant, id);
			return this.changes.record(tenant, 'key.update', id, before);
		});
	}

	/**
	 * At once, everywhere, with all keys that it has made; a second time it changes nothing.
	 * @throws AppError missing, also for somebody else's key without `keys:write_all`.
	 */
	async revoke(scope: Scope, id: string): Promise<ApiKey> {
		return this.work.run(scope, async (tenant) => {
			const before = await this.control.find(tenant, id, 'keys:write_all');
			if (before.revokedAt !== null) return before;
			await this.keys.revoke(tenant, id);
			return this.changes.record(tenant, 'key.revoke', id, before);
		});
	}
}
